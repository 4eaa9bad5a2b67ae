using Asgiref.Core;

namespace Bridge.Server.Hosting;

/// <summary>An application to host: its callable and how it is run.</summary>
internal sealed record HostedApplication(string Name, AsgiApplication Callable)
{
    public const int DefaultMaxInstances = 10_000;

    public ApplicationKind Kind { get; init; } = ApplicationKind.Asgi;

    public LifespanMode Lifespan { get; init; } = LifespanMode.Auto;

    /// <summary>Instances that may run at once; the next one is refused.</summary>
    public int MaxInstances { get; init; } = DefaultMaxInstances;

    /// <summary>What the banner's command to try it says between "curl" and the address.</summary>
    public string TryWith { get; init; } = "";

    /// <summary>What serves the application and is let go of when the bridge has stopped, such as its threads.</summary>
    public IAsyncDisposable? Resource { get; init; }
}
