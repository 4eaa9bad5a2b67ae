namespace Asgiref.Core.Timeouts;

/// <summary>
/// A time limit around a block of asynchronous code: asgiref's <c>timeout</c>. When the time is up the block's token fires,
/// and the cancellation that comes out of the block becomes a <see cref="TimeoutException"/>.
/// </summary>
/// <remarks>
/// The block is asked, not forced: one that never looks at its token is waited for, however long it takes, and its result
/// stands (TIME-07). The object is for one run; its properties may be read from any thread at any time.
/// </remarks>
public sealed class AsgiTimeout
{
    private readonly TimeSpan _limit;
    private readonly TimeProvider _clock;
    private long _startedAt;
    private int _isStarted;
    private volatile bool _expired;

    /// <summary>Creates a limit; the time starts with <c>RunAsync</c>.</summary>
    /// <param name="limit">
    /// The time. <see cref="Timeout.InfiniteTimeSpan"/> switches the limit off (TIME-02); any other value of zero or below is
    /// over at once, and the block starts with a token that has fired (TIME-03).
    /// </param>
    /// <param name="clock">Gives the time; the system's clock if null.</param>
    public AsgiTimeout(TimeSpan limit, TimeProvider? clock = null)
    {
        _limit = limit;
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>Whether the limit was reached while the block ran and before a cancellation from outside.</summary>
    public bool Expired => _expired;

    /// <summary>What is left of the time, never below zero; null before the start and for a limit that is off or not above zero.</summary>
    public TimeSpan? Remaining
    {
        get
        {
            if (_limit <= TimeSpan.Zero || Volatile.Read(ref _isStarted) == 0)
            {
                return null;
            }

            var left = _limit - _clock.GetElapsedTime(Volatile.Read(ref _startedAt));
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    /// <summary>Runs a block under a limit; see the method of the object for what comes out.</summary>
    /// <exception cref="TimeoutException">The time was up and the block was cancelled by that.</exception>
    public static Task RunAsync(
        TimeSpan limit, Func<CancellationToken, Task> block, CancellationToken cancellationToken = default) =>
        new AsgiTimeout(limit).RunAsync(block, cancellationToken);

    /// <summary>Runs a block with a result under a limit; see the method of the object for what comes out.</summary>
    /// <exception cref="TimeoutException">The time was up and the block was cancelled by that.</exception>
    public static Task<T> RunAsync<T>(
        TimeSpan limit, Func<CancellationToken, Task<T>> block, CancellationToken cancellationToken = default) =>
        new AsgiTimeout(limit).RunAsync(block, cancellationToken);

    /// <summary>Runs a block under the limit.</summary>
    /// <param name="block">Starts on the calling thread; its token fires when the time is up or the caller cancels.</param>
    /// <param name="cancellationToken">Cancels the block; that stays a cancellation (TIME-05).</param>
    /// <exception cref="TimeoutException">The time was up and the block was cancelled by that; the cause is inside (TIME-01).</exception>
    /// <exception cref="InvalidOperationException">This object has run a block before.</exception>
    /// <remarks>Any other exception of the block comes out as the same object, also after the time was up (TIME-06).</remarks>
    public Task RunAsync(Func<CancellationToken, Task> block, CancellationToken cancellationToken = default) =>
        RunAsync(
            async token =>
            {
                await block(token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>Runs a block with a result under the limit, as the other method does.</summary>
    /// <inheritdoc cref="RunAsync(Func{CancellationToken, Task}, CancellationToken)"/>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> block, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(block);
        Start();
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timer = StartTimer(source);
        try
        {
            return await block(source.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException cancellation) when (_expired)
        {
            throw new TimeoutException($"The block did not end within {_limit}.", cancellation);
        }
        finally
        {
            if (timer is not null)
            {
                await timer.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private void Start()
    {
        Volatile.Write(ref _startedAt, _clock.GetTimestamp());
        if (Interlocked.Exchange(ref _isStarted, 1) != 0)
        {
            throw new InvalidOperationException("This AsgiTimeout has run a block already; each run needs one of its own.");
        }
    }

    private ITimer? StartTimer(CancellationTokenSource source)
    {
        if (_limit == Timeout.InfiniteTimeSpan)
        {
            return null;
        }

        if (_limit <= TimeSpan.Zero)
        {
            Expire(source);
            return null;
        }

        return _clock.CreateTimer(state => Expire((CancellationTokenSource)state!), source, _limit, Timeout.InfiniteTimeSpan);
    }

    private void Expire(CancellationTokenSource source)
    {
        if (!source.IsCancellationRequested)
        {
            _expired = true;
            source.Cancel();
        }
    }
}
