namespace Grpc.Contracts.Tests.Calls;

/// <summary>What a test learns from inside the service.</summary>
internal sealed class ProbeSignals
{
    /// <summary>Completes when a call waits.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the waiting call is cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The deadline of the waiting call, in UTC.</summary>
    public DateTime Deadline { get; set; }
}
