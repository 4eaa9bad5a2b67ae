using Asgiref.Core;
using Asgiref.Core.Hosting;

namespace Bridge.Server.Hosting;

/// <summary>An application in the bridge's own process, with what the banner says of it.</summary>
internal sealed record HostedApplication(string Name, AsgiApplication Callable) : ApplicationDefinition(Name, Callable)
{
    public ApplicationKind Kind { get; init; } = ApplicationKind.Asgi;

    /// <summary>What the banner's command to try it says between "curl" and the address.</summary>
    public string TryWith { get; init; } = "";
}
