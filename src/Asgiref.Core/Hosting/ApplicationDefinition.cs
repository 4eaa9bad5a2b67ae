namespace Asgiref.Core.Hosting;

/// <summary>An application to host: its callable and how it is run.</summary>
internal record ApplicationDefinition(string Name, AsgiApplication Callable)
{
    public const int DefaultMaxInstances = 10_000;

    public LifespanMode Lifespan { get; init; } = LifespanMode.Auto;

    /// <summary>Instances that may run at once; the next one is refused.</summary>
    public int MaxInstances { get; init; } = DefaultMaxInstances;

    /// <summary>What <c>send</c> does when the client has gone.</summary>
    public SendAfterDisconnect SendAfterDisconnect { get; init; } = SendAfterDisconnect.Raise;

    /// <summary>What serves the application and is let go of when the host has stopped, such as its threads.</summary>
    public IAsyncDisposable? Resource { get; init; }
}
