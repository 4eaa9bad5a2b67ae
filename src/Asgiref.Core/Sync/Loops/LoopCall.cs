using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync.Loops;

/// <summary>
/// One call of <see cref="AsyncToSync"/>: carries the caller's context to the loop that runs it, and the changes back.
/// The caller is blocked meanwhile.
/// </summary>
/// <remarks>
/// A call allocates about 400 bytes: this object, the pump of the blocked thread, the <see cref="SyncFlow"/> that names it,
/// and the execution context that carries the flow. A loop of its own adds about 360. None of them can be used again: what
/// the function leaves behind may still post to the loop or submit to the pump, and must be told that they have ended
/// (A2S-18, A2S-30, CTE-05).
/// </remarks>
[StackTraceHidden]
internal abstract class LoopCall : INamedCall
{
    private ExecutionContext? _context;
    private ExecutionContext? _start;
    private ExecutionContext? _changed;
    private SyncFlow _flow = null!;
    private CallToken _token;
    private CurrentThreadExecutor _waiter = null!;
    private CurrentThreadExecutor? _pump;
    private EventLoop? _temporary;
    private CallObservation? _observation;
    private Exception? _error;
    private Task? _task;

    /// <summary>The function's task, which has ended.</summary>
    /// <exception cref="Exception">What the function threw before it had a task.</exception>
    public Task EndedTask
    {
        get
        {
            if (_error is not null)
            {
                ExceptionDispatchInfo.Throw(_error);
            }

            return _task!;
        }
    }

    /// <inheritdoc/>
    public abstract string FunctionName { get; }

    /// <summary>Says in what state of the flow the function runs; called on the caller's thread.</summary>
    /// <param name="flow">The caller's flow.</param>
    /// <param name="waiter">Is completed when the call has ended.</param>
    /// <param name="pump">Becomes the pump of the function's flow; null to leave the caller's.</param>
    /// <param name="token">Becomes its ambient token.</param>
    public void Prepare(SyncFlow flow, CurrentThreadExecutor waiter, CurrentThreadExecutor? pump, in CallToken token)
    {
        _observation = CallObservation.Of(this);
        _observation?.SubmittedTo(ExecutorNames.LoopThread);
        _context = CallerContext.Capture();
        _flow = flow;
        _token = token;
        _waiter = waiter;
        _pump = pump ?? flow.Pump;
    }

    /// <summary>Gives the call a loop that ends with it; the waiter then waits for the loop's end.</summary>
    public void OwnLoop(EventLoop loop)
    {
        UseLoop(loop);
        _temporary = loop;
    }

    /// <summary>Gives the call a loop that goes on without it.</summary>
    public void UseLoop(EventLoop loop) => _flow = _flow with { Pump = _pump, Loop = loop };

    /// <summary>Calls the function, on the loop's thread: a part of it runs at once (MAP-12, A2S-24).</summary>
    public void Run() => ExecutionContext.Run(_context!, static call => ((LoopCall)call!).RunInContext(), this);

    /// <summary>Makes the function's changes the caller's, on the caller's thread (MAP-05).</summary>
    /// <param name="flow">The caller's flow, which is not to change.</param>
    /// <param name="token">The caller's ambient token, which is not to change.</param>
    public void BringBack(SyncFlow flow, CancellationToken token)
    {
        if (_changed is not null)
        {
            var activity = _observation is null ? null : Activity.Current;
            CallerContext.BringBack(_changed);
            SyncFlow.Current = flow;
            AsgiCancellation.Enter(token);
            _observation?.Leave(activity);
        }

        _observation?.Ended(_error ?? (_task!.IsCanceled ? new TaskCanceledException(_task) : _task.Exception?.InnerException));
    }

    /// <summary>The call could not be given to a loop.</summary>
    public void Refused(Exception reason) => _observation?.Ended(reason);

    /// <summary>Calls the function.</summary>
    /// <param name="final">Learns the context at the end, if the function's kind can tell; otherwise null.</param>
    protected abstract Task Begin(out FinalContext? final);

    private void RunInContext()
    {
        _observation?.Begun();
        _observation?.Enter();
        SyncFlow.Current = _flow;
        if (!_token.IsAmbient)
        {
            AsgiCancellation.Enter(_token.Token);
        }

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
