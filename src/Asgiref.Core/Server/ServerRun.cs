namespace Asgiref.Core.Server;

/// <summary>One run of a server: that it is asked to stop, and that it has ended.</summary>
internal sealed class ServerRun
{
    private readonly TaskCompletionSource _stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task StopRequested => _stopRequested.Task;

    public Task Ended => _ended.Task;

    public void RequestStop() => _stopRequested.TrySetResult();

    public void End() => _ended.TrySetResult();
}
