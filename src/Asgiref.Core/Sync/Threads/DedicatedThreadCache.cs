namespace Asgiref.Core.Sync.Threads;

/// <summary>
/// A bounded cache of background threads of its own, for work that blocks. Blocked work must never sit on pool
/// threads: enough of it there stops every asynchronous continuation of the process.
/// </summary>
/// <remarks>
/// A thread is woken or started for each piece of work, up to the bound, so that work really runs side by side. But work
/// belongs to no thread: one that has just finished takes what came meanwhile, and under load few threads sleep and wake.
/// Work runs in the order it came. Threads that were idle for their lifetime end. Safe for concurrent use.
/// </remarks>
internal sealed class DedicatedThreadCache(DedicatedThreadOptions options) : IAsyncDisposable
{
    private readonly DedicatedThreadRoster _roster = new(options);
    private long _refused;

    /// <summary>How many threads there are, idle ones included.</summary>
    public int ThreadCount => _roster.ThreadCount;

    /// <summary>How many of them have no work and rest.</summary>
    public int IdleCount => _roster.IdleCount;

    /// <summary>How much work got no thread: none was free in time, too much waited, or the system gave none.</summary>
    public long RefusedCount => Volatile.Read(ref _refused);

    /// <summary>Runs the work on a thread of the cache, under the caller's context.</summary>
    /// <returns>Ends with the work, as it ended.</returns>
    /// <exception cref="ThreadLimitException">No thread became free in time; the work did not run.</exception>
    /// <exception cref="OperationCanceledException">The token fired while the work still waited; it did not run.</exception>
    /// <exception cref="ObjectDisposedException">The cache is disposed, or was while the work waited.</exception>
    public ValueTask RunAsync(ThreadWork work, CancellationToken cancellationToken = default)
    {
        work.CaptureContext();
        try
        {
            if (!_roster.TryPlace(work, out var thread, out var isNew))
            {
                return WaitAsync(work, cancellationToken);
            }

            if (isNew)
            {
                Start(thread!, work);
            }
            else
            {
                thread?.Wake();
            }
        }
        catch (ThreadLimitException)
        {
            Interlocked.Increment(ref _refused);
            throw;
        }

        return work.Ending;
    }

    /// <summary>
    /// Ends the idle threads, refuses what waits, and waits for running work, but no longer than the stop time-out: its
    /// threads then end whenever it does.
    /// </summary>
    public ValueTask DisposeAsync() => _roster.DisposeAsync();

    /// <summary>Starts a thread that is already counted; outside the lock, because the system takes its time for it.</summary>
    private void Start(DedicatedThread thread, ThreadWork work)
    {
        try
        {
            thread.Start(options);
        }
        catch (Exception error)
        {
            if (_roster.Withdraw(work))
            {
                throw new ThreadLimitException($"{options.Name}: the system gives no further thread.", error);
            }
        }
    }

    private async ValueTask WaitAsync(ThreadWork work, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(
            (state, token) => _roster.Refuse((ThreadWork)state!, new OperationCanceledException(token)), work);
        await using (registration.ConfigureAwait(false))
        {
            try
            {
                await work.Ending.ConfigureAwait(false);
            }
            catch (ThreadLimitException) when (!work.HasRun)
            {
                Interlocked.Increment(ref _refused);
                throw;
            }
        }
    }
}
