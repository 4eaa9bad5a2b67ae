using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Hosting;

/// <summary>Which events tell an application that its client has gone.</summary>
internal static class DisconnectEvents
{
    private const int ServiceRestart = 1012;

    public static bool Includes(AsgiEvent message, AsgiScope scope) => message switch
    {
        HttpDisconnectEvent or WebSocketDisconnectEvent => true,
        CustomEvent custom => CustomDisconnect.Is(custom, scope),
        _ => false,
    };

    /// <summary>The event for a scope whose instance the host ends (GAP-21).</summary>
    public static AsgiEvent ByHost(AsgiScope scope) => scope switch
    {
        HttpScope => HttpDisconnectEvent.Instance,
        WebSocketScope => new WebSocketDisconnectEvent { Code = ServiceRestart, Reason = "The server is stopping." },
        _ => CustomDisconnect.For(scope),
    };
}
