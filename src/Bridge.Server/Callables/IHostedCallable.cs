using Bridge.Protocol.V1;

namespace Bridge.Server.Callables;

/// <summary>A callable of the bridge's own process.</summary>
internal interface IHostedCallable
{
    Callable Description { get; }

    /// <summary>Runs a call. Never throws for what the function does.</summary>
    ValueTask<CallEnding> RunAsync(RoutedCall call);
}
