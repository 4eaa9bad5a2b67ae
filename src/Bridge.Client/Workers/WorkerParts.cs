using Microsoft.Extensions.Logging;

namespace Bridge.Client.Workers;

/// <summary>What the parts of one worker share.</summary>
internal sealed record WorkerParts(
    BridgeWorkerOptions Options,
    ISessionDialer Dialer,
    ILogger Logger,
    WorkerMetrics Metrics,
    WorkerStates States,
    WorkerCalls Calls,
    WorkerCallables Callables,
    SharedRandom Random);
