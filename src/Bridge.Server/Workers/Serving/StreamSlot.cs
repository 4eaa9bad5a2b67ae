using Bridge.Protocol;
using Grpc.Core;

namespace Bridge.Server.Workers.Serving;

/// <summary>
/// What a call of <c>Serve</c> runs, one after the other, and the drain behind the last: the rules that applications and
/// callables share. Safe for concurrent use.
/// </summary>
/// <param name="writer">Writes to the worker.</param>
/// <param name="end">The end of the call.</param>
/// <typeparam name="TResponse">The messages to the worker.</typeparam>
/// <typeparam name="TRun">What runs.</typeparam>
internal abstract class StreamSlot<TResponse, TRun>(ServeWriter<TResponse> writer, ServeEnd end)
    where TRun : class, IServedRun
{
    private string? _drainReason;
    private bool _drainIsSent;
    private bool _begins;
    private bool _isOpen;
    private bool _isFinishing;
    private bool _isClosed;
    private TRun? _run;

    protected Lock Gate { get; } = new();

    /// <summary>The number that was given last. Under the lock.</summary>
    protected ulong LastNumber { get; set; }

    /// <summary>Ends when the end behind the drain has been said.</summary>
    protected Task Finishing { get; private set; } = Task.CompletedTask;

    protected abstract StreamPlace Place { get; }

    /// <summary>Whether the worker has said what it serves. Under the lock.</summary>
    protected abstract bool IsRegistered { get; }

    /// <summary>The worker takes one more.</summary>
    /// <returns>False: it has said so before, and nothing has finished since.</returns>
    public bool TryReady() => Place.TryReady();

    /// <summary>What runs under this number, if it still does.</summary>
    /// <exception cref="InvalidMessageException">The number was never given.</exception>
    public TRun? Find(ulong number)
    {
        lock (Gate)
        {
            return number > 0 && number <= LastNumber
                ? _run?.Number == number ? _run : null
                : throw NeverGiven(number);
        }
    }

    /// <summary>Nothing further: what runs is finished, then the call ends.</summary>
    public void Drain(string reason)
    {
        lock (Gate)
        {
            if (!IsRegistered)
            {
                end.Set(new Status(StatusCode.Unavailable, reason));
                return;
            }

            _drainReason ??= reason;
            SendDrain();
        }

        Place.Withdraw();
        FinishIfDrained();
    }

    /// <summary>No message of the worker follows: whether there is something that it so leaves unfinished.</summary>
    public bool RunsAtLast()
    {
        Place.Withdraw();
        lock (Gate)
        {
            return _run is not null || _begins;
        }
    }

    /// <summary>From now on it takes something whenever the worker is ready.</summary>
    protected void Open()
    {
        lock (Gate)
        {
            _isOpen = true;
        }

        Place.Open();
        FinishIfDrained();
    }

    /// <summary>Claims the call for something that is about to start; a drain waits until it has.</summary>
    protected bool TryBegin()
    {
        lock (Gate)
        {
            _begins = _drainReason is null && !end.IsSet;
            return _begins;
        }
    }

    /// <summary>It does not start.</summary>
    protected void GiveUp()
    {
        lock (Gate)
        {
            _begins = false;
            SendDrain();
        }

        Place.Release(wasStarted: false);
        FinishIfDrained();
    }

    /// <summary>It starts.</summary>
    /// <param name="start">Makes it for its number and hands its start to the writer. Under the lock.</param>
    /// <returns>Null if the call has ended: its place is free.</returns>
    protected TRun? Start(Func<ulong, TRun> start)
    {
        lock (Gate)
        {
            _begins = false;
            if (!_isClosed)
            {
                _run = start(++LastNumber);
                SendDrain();
                return _run;
            }
        }

        Place.Release(wasStarted: true);
        return null;
    }

    /// <summary>What ran has returned.</summary>
    /// <exception cref="OperationCanceledException">The call has ended before the worker has taken what was sent to it.</exception>
    protected async Task ReturnAsync()
    {
        // A worker that does not read gets nothing further, so that nothing piles up for it.
        await writer.Idle.WaitAsync(end.Token);
        lock (Gate)
        {
            _run = null;
        }

        Place.Release(wasStarted: true);
        FinishIfDrained();
    }

    /// <summary>The call has ended: nothing starts any more.</summary>
    /// <returns>What runs, which is lost; its place is to be released.</returns>
    protected TRun? TakeLast()
    {
        Place.Withdraw();
        lock (Gate)
        {
            _isClosed = true;
            var run = _run;
            _run = null;
            return run;
        }
    }

    protected abstract InvalidMessageException NeverGiven(ulong number);

    protected abstract TResponse DrainOf(string reason);

    /// <summary>What is still to be done behind the last, before the call ends.</summary>
    protected virtual Task BeforeEndAsync() => Task.CompletedTask;

    /// <summary>Sends the drain if there is one, behind a start that comes before it. Under the lock.</summary>
    private void SendDrain()
    {
        if (_drainReason is { } reason && !_drainIsSent && !_begins)
        {
            _drainIsSent = true;
            _ = writer.WriteAsync(DrainOf(reason));
        }
    }

    private void FinishIfDrained()
    {
        lock (Gate)
        {
            if (_drainIsSent && _isOpen && !_isFinishing && Place.IsEmpty)
            {
                _isFinishing = true;
                Finishing = FinishAsync();
            }
        }
    }

    private async Task FinishAsync()
    {
        try
        {
            await BeforeEndAsync();
            end.Set(Status.DefaultSuccess);
        }
        catch (OperationCanceledException)
        {
            // The call is over.
        }
    }
}
