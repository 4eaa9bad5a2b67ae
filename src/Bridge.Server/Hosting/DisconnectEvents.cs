using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Bridge.Server.Hosting;

/// <summary>Which events tell an application that its client has gone.</summary>
internal static class DisconnectEvents
{
    private const int ServiceRestart = 1012;
    private const string Suffix = ".disconnect";

    public static bool Includes(AsgiEvent message) => message switch
    {
        HttpDisconnectEvent or WebSocketDisconnectEvent => true,
        CustomEvent custom => custom.Name.EndsWith(Suffix, StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>The event for a scope whose instance the host ends (GAP-21).</summary>
    public static AsgiEvent ByHost(AsgiScope scope) => scope switch
    {
        HttpScope => HttpDisconnectEvent.Instance,
        WebSocketScope => new WebSocketDisconnectEvent { Code = ServiceRestart, Reason = "The server is stopping." },
        _ => new CustomEvent(scope.Type + Suffix),
    };
}
