using System.Diagnostics;
using Asgiref.Core.Local;
using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync.Work;

/// <summary>
/// One call of <see cref="SyncToAsync"/>: is handed to an executor, runs once or never, and is what the caller awaits, so
/// that a call allocates nothing else that lasts.
/// </summary>
/// <remarks>
/// A call allocates this object, about 210 bytes. One that keeps a thread needs another 175: the <see cref="SyncFlow"/> that
/// names it, and the execution context with its value map that carries the flow. None of them can be used again: what the
/// function leaves behind still holds the flow, and asks this very object whether the call has ended (A2S-30, DEAD-01).
/// </remarks>
internal abstract class SyncWork : IExecutorWork
{
    [ThreadStatic]
    private static SyncWork? Running;

    private SyncWorkTurn _turn;
    private SyncWorkContext _context;
    private SyncWorkEnding _ending;
    private CallToken _token;
    private CancellationTokenRegistration _registration;
    private CallObservation? _observation;
    private SyncToAsyncOptions? _hooks;
    private Exception? _error;
    private volatile bool _ended;

    /// <summary>The call that this thread is running.</summary>
    public static SyncWork? Current => Running;

    /// <summary>Whether the function has returned, or will never run.</summary>
    public bool HasEnded => _ended;

    /// <summary>Whether its executor has taken it out of the queue, or it will never run.</summary>
    public bool HasBegun => _turn.HasBegun;

    /// <summary>Where the call was submitted.</summary>
    public IWorkExecutor? Executor { get; private set; }

    /// <summary>The loop that the caller's asynchronous code belongs to: a blocking call inside runs its code there (A2S-13).</summary>
    public EventLoop? Loop => _context.Loop;

    /// <summary>Whether the call keeps to the thread of its flow; others never lend their thread to such calls (SYNC-30).</summary>
    public bool IsThreadSensitive { get; private set; }

    /// <summary>The thread-sensitive call around this one, unless it has ended; only for one that is thread-sensitive itself.</summary>
    public SyncWork? Parent { get; private set; }

    /// <summary>For messages.</summary>
    public abstract string FunctionName { get; }

    public short Version => _ending.Version;

    public bool IsCompleted => _ending.IsCompleted;

    /// <summary>
    /// Whether a cancellation may meet the executor. Without one nothing races to begin and to end the call, and it does
    /// both without an interlocked instruction: 6 of 118 ns.
    /// </summary>
    private bool IsContested => _token.Token.CanBeCanceled;

    /// <summary>Hands the call to the executor that its flow and options ask for.</summary>
    /// <exception cref="SyncDeadlockException">It would wait for a thread that waits for it (DEAD-01).</exception>
    public void Submit(SyncToAsyncOptions options, CancellationToken cancellationToken)
    {
        LocalFlow.Adopt();
        var flow = SyncFlow.Current;
        var loop = EventLoop.Current ?? flow.Loop;
        IsThreadSensitive = options.ThreadSensitive;
        _hooks = options.BeforeCall is null && options.AfterCall is null ? null : options;
        _observation = CallObservation.Of(this);
        _token = CallToken.Join(cancellationToken);
        _context.Capture(options.Context, flow, FlowInside(flow, loop));
        _registration = _token.Token.UnsafeRegister(static work => ((SyncWork)work!).Cancelled(), this);
        if (_ending.IsAnswered)
        {
            return;
        }

        try
        {
            ExecutorChoice.Submit(this, options, flow, loop);
        }
        catch (Exception error)
        {
            Finish(error);
            throw;
        }
    }

    /// <summary>Notes the executor; called before each attempt to submit.</summary>
    public void SubmitTo(IWorkExecutor executor)
    {
        Executor = executor;
        _observation?.SubmittedTo(ExecutorNames.Of(executor));
    }

    /// <inheritdoc cref="SyncWorkTurn.EnterBlockedFrame"/>
    public void EnterBlockedFrame() => _turn.EnterBlockedFrame();

    /// <inheritdoc cref="SyncWorkTurn.LeaveBlockedFrame"/>
    public void LeaveBlockedFrame() => _turn.LeaveBlockedFrame(_token.Token.IsCancellationRequested);

    /// <inheritdoc/>
    [StackTraceHidden]
    public void Execute()
    {
        if (!_turn.TryBegin(IsContested))
        {
            return;
        }

        var isPool = Executor == ThreadPoolExecutor.Instance;
        _observation?.Begun();
        var outer = Running;
        Running = this;
        try
        {
            _context.Run(static work => ((SyncWork)work!).RunInContext(), this, isPool);
        }
        catch (Exception error)
        {
            // Another call is in the given context.
            _error = error;
        }
        finally
        {
            Running = outer;
        }

        Finish(_error);
        // As with tasks, not under a synchronization context that the function has left behind.
        _ending.Answer(_error, IsContested, inPlace: isPool && SynchronizationContext.Current is null);
    }

    /// <inheritdoc/>
    public void Refuse(Exception reason)
    {
        if (_turn.TryBegin(IsContested))
        {
            Finish(reason);
            _ending.Answer(reason, IsContested);
        }
    }

    public void OnCompleted(Action continuation, bool continueOnCapturedContext, bool flowExecutionContext) =>
        _ending.OnCompleted(continuation, continueOnCapturedContext, flowExecutionContext);

    /// <summary>Brings the changed context to the awaiting code, then throws what the function threw (CTX-02, CTX-03, CTX-15).</summary>
    [StackTraceHidden]
    public void GetResult(short version)
    {
        _ending.ThrowIfPending(version);
        if (!_ending.IsLeft)
        {
            _context.BringBack();
        }

        _ending.GetResult(version);
    }

    /// <summary>Runs the function and keeps its result.</summary>
    protected abstract void Invoke();

    /// <summary>
    /// Lets go of the function, so that no ended call keeps what it captured (EXC-07). Called once, when the function has
    /// ended or never will run.
    /// </summary>
    /// <param name="error">What the function threw, or why it never runs; null if it returned.</param>
    protected abstract void Release(Exception? error);

    /// <summary>
    /// The flow inside the function. A call that keeps no thread need not be found by its descendants (DEAD-01), so that
    /// it mostly leaves the flow as it is: making another and setting it took two fifths of its time.
    /// </summary>
    private SyncFlow FlowInside(SyncFlow flow, EventLoop? loop)
    {
        if (IsThreadSensitive)
        {
            for (var parent = flow.Ancestor; parent is not null && Parent is null; parent = parent.Parent)
            {
                Parent = parent.HasEnded ? null : parent;
            }

            return flow with { Ancestor = this, Loop = loop };
        }

        return flow.Loop == loop ? flow : flow with { Loop = loop };
    }

    private void RunInContext()
    {
        var entry = _context.Enter(_token, _observation);
        try
        {
            using (LocalFlow.EnterSync())
            {
                InvokeWithHooks();
            }
        }
        catch (Exception error)
        {
            _error = error;
        }

        _context.Leave(entry, _observation);
    }

    [StackTraceHidden]
    private void InvokeWithHooks()
    {
        if (_hooks is null)
        {
            Invoke();
            return;
        }

        _hooks.BeforeCall?.Invoke();
        try
        {
            Invoke();
        }
        catch (Exception error)
        {
            SyncDiagnostics.Guard(static call => call.Hooks.AfterCall?.Invoke(call.Error), (Hooks: _hooks, Error: error));
            throw;
        }

        _hooks.AfterCall?.Invoke(null);
    }

    /// <param name="error">What the function threw, or why it never runs; null if it returned.</param>
    private void Finish(Exception? error)
    {
        _ended = true;
        _hooks = null;
        _observation?.Ended(error);
        _context.Release();
        Release(error);
        _registration.Unregister();
        _token.Dispose();
    }

    private void Cancelled()
    {
        if (!_turn.TryCancel(out var neverRuns))
        {
            return;
        }

        var error = new OperationCanceledException(neverRuns ? WhyItWaited() : null, _token.Token);
        if (neverRuns)
        {
            Finish(error);
        }

        _ending.Leave(error);
    }

    /// <summary>Names who has the thread: a call that waits for it in vain is all that its caller sees of a blocked one (DEAD-05).</summary>
    private string WhyItWaited()
    {
        var holder = (Executor as IBusyThread)?.DescribeHolder();
        return $"{FunctionName} was cancelled before it ran{(holder is null ? "" : ": ")}{holder}.";
    }
}
