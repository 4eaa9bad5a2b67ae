namespace Bridge.Server.Hosting;

/// <summary>Whether the bridge takes new instances: from the end of the start to the beginning of the stop. Safe for concurrent use.</summary>
internal sealed class Readiness : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private volatile bool _started;

    public bool IsReady => _started && !_stopping.IsCancellationRequested;

    /// <summary>Fires when the stop begins.</summary>
    public CancellationToken Stopping => _stopping.Token;

    public void Started() => _started = true;

    public void Stop() => _stopping.Cancel();

    public void Dispose() => _stopping.Dispose();
}
