using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Asgiref.Core.Local;

namespace Asgiref.Core.Sync;

/// <summary>
/// One call of <see cref="AsyncToSync"/>: carries the caller's context to the loop that runs it, and the changes back.
/// The caller is blocked meanwhile.
/// </summary>
internal abstract class LoopCall
{
    private ExecutionContext? _context;
    private ExecutionContext? _start;
    private ExecutionContext? _changed;
    private SyncFlow _flow = null!;
    private CancellationToken _token;
    private CurrentThreadExecutor _waiter = null!;
    private EventLoop? _temporary;
    private Exception? _error;
    private Task? _task;

    /// <summary>The function's task, which has ended.</summary>
    /// <exception cref="Exception">What the function threw before it had a task.</exception>
    public Task EndedTask
    {
        [StackTraceHidden]
        get
        {
            if (_error is not null)
            {
                ExceptionDispatchInfo.Throw(_error);
            }

            return _task!;
        }
    }

    /// <summary>Says in what state of the flow the function runs; called on the caller's thread.</summary>
    /// <param name="flow">Becomes the function's flow.</param>
    /// <param name="waiter">Is completed when the call has ended.</param>
    /// <param name="token">Becomes its ambient token.</param>
    public void Prepare(SyncFlow flow, CurrentThreadExecutor waiter, CancellationToken token)
    {
        LocalFlow.Adopt();
        _context = CallerContext.Capture();
        _flow = flow;
        _token = token;
        _waiter = waiter;
    }

    /// <summary>Gives the call a loop that ends with it; the waiter then waits for the loop's end.</summary>
    public void OwnLoop(EventLoop loop)
    {
        _flow = _flow with { Loop = loop };
        _temporary = loop;
    }

    /// <summary>Gives the call a loop that goes on without it.</summary>
    public void UseLoop(EventLoop loop) => _flow = _flow with { Loop = loop };

    /// <summary>Calls the function, on the loop's thread: a part of it runs at once (MAP-12, A2S-24).</summary>
    public void Run() => ExecutionContext.Run(_context!, static call => ((LoopCall)call!).RunInContext(), this);

    /// <summary>Makes the function's changes the caller's, on the caller's thread (MAP-05).</summary>
    /// <param name="flow">The caller's flow, which is not to change.</param>
    /// <param name="token">The caller's ambient token, which is not to change.</param>
    public void BringBack(SyncFlow flow, CancellationToken token)
    {
        if (_changed is not null)
        {
            CallerContext.BringBack(_changed);
            SyncFlow.Current = flow;
            AsgiCancellation.Enter(token);
        }
    }

    /// <summary>Calls the function.</summary>
    /// <param name="final">Learns the context at the end, if the function's kind can tell; otherwise null.</param>
    protected abstract Task Begin(out FinalContext? final);

    private void RunInContext()
    {
        SyncFlow.Current = _flow;
        AsgiCancellation.Enter(_token);
        _start = ExecutionContext.Capture();
        FinalContext? final;
        try
        {
            _task = Begin(out final) ?? throw new InvalidOperationException("The asynchronous function returned null instead of a task.");
        }
        catch (Exception error)
        {
            _error = error;
            End(ExecutionContext.Capture());
            return;
        }

        if (_task.IsCompleted)
        {
            End(final is null ? ExecutionContext.Capture() : final.Changed);
            return;
        }

        // Without a context of its own the continuation runs in that of the method's last step.
        using (ExecutionContext.SuppressFlow())
        {
            _task.ContinueWith(
                (task, call) => ((LoopCall)call!).End(final is null ? ((LoopCall)call).ContextOf(task) : final.Changed),
                this,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    /// <summary>
    /// The context of an async method that ends right now. A task of any other kind ends in somebody else's context, and
    /// a continuation that was not run in place sees none: neither is the function's (CTX-08).
    /// </summary>
    private ExecutionContext? ContextOf(Task task)
    {
        var flow = SyncFlow.Current;
        var isOwn = task.GetType().DeclaringType == typeof(AsyncTaskMethodBuilder<>) && flow.Pump == _flow.Pump && flow.Loop == _flow.Loop;
        return isOwn ? ExecutionContext.Capture() : null;
    }

    private void End(ExecutionContext? context)
    {
        _changed = ReferenceEquals(context, _start) ? null : context;
        _context = null;
        _start = null;
        if (_temporary is not null)
        {
            _temporary.Stop();
        }
        else
        {
            _waiter.Complete();
        }
    }
}
