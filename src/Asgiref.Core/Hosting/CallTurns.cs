
namespace Asgiref.Core.Hosting;

/// <summary>
/// Lets the calls of one direction of an instance through one at a time, in call order (GAP-13). A turn that nobody
/// else wants costs no allocation. Safe for concurrent use.
/// </summary>
internal abstract class CallTurns(InProcessInstance instance)
{
    private readonly Lock _gate = new();
    private bool _taken;
    private LinkedList<Waiter>? _waiting;
    private bool _closed;
    private TaskCompletionSource? _idle;

    /// <summary>Whether a call is under way.</summary>
    public bool IsTaken => Volatile.Read(ref _taken);

    protected InProcessInstance Instance => instance;

    /// <summary>Waits for the turn.</summary>
    /// <returns>True: the turn is the caller's, who must <see cref="Exit"/>. False: the turns are over.</returns>
    /// <exception cref="InvalidOperationException">As many calls as are allowed wait already.</exception>
    /// <exception cref="OperationCanceledException">The wait was given up; the call has taken no part.</exception>
    protected async ValueTask<bool> EnterAsync(CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_gate)
        {
            if (_closed || !_taken)
            {
                return !_closed && (_taken = true);
            }

            _waiting ??= [];
            var maxWaiting = Instance.Context.Limits.PendingCalls;
            if (_waiting.Count >= maxWaiting)
            {
                Instance.Context.Reached(HostingLimit.PendingCalls);
                throw new InvalidOperationException(
                    $"{maxWaiting} calls wait already. Await each call, so that a slow peer can slow the application down.");
            }

            waiter = new Waiter(this, cancellationToken);
            _waiting.AddLast(waiter);
        }

        using (cancellationToken.UnsafeRegister(static waiter => ((Waiter)waiter!).GiveUp(), waiter))
        {
            return await waiter.Task.ConfigureAwait(false);
        }
    }

    /// <summary>
    /// What a call of the driver is bounded by besides the host's end: the caller's token, if it has one of its own. The
    /// instance's token needs no link: it fires after the driver has left or the host has ended the instance.
    /// </summary>
    /// <returns>To be disposed; null if the host's end alone bounds the call.</returns>
    protected CancellationTokenSource? LinkToHostEnd(CancellationToken own) =>
        own.CanBeCanceled && own != Instance.Cancelled
            ? CancellationTokenSource.CreateLinkedTokenSource(own, Instance.HostEnd)
            : null;

    protected void Exit()
    {
        lock (_gate)
        {
            if (_waiting?.First is { } next)
            {
                _waiting.RemoveFirst();
                next.Value.SetResult(true);
                return;
            }

            _taken = false;
            _idle?.SetResult();
        }
    }

    /// <summary>Turns new calls away, and waits until those that were made before have had their turn.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            return _taken
                ? (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : _idle?.Task ?? Task.CompletedTask;
        }
    }

    private sealed class Waiter(CallTurns turns, CancellationToken cancellationToken)
        : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void GiveUp()
        {
            lock (turns._gate)
            {
                if (turns._waiting!.Remove(this))
                {
                    SetCanceled(cancellationToken);
                }
            }
        }
    }
}
