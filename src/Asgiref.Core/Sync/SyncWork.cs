using System.Diagnostics;
using System.Threading.Tasks.Sources;
using Asgiref.Core.Local;

namespace Asgiref.Core.Sync;

/// <summary>
/// One call of <see cref="SyncToAsync"/>: carries the caller's context to the thread that runs it, and the changes back.
/// It is also what the caller awaits, so that a call allocates nothing else that lasts.
/// </summary>
internal abstract class SyncWork : IExecutorWork
{
    [ThreadStatic]
    private static SyncWork? Running;

    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _ending = new() { RunContinuationsAsynchronously = true };
    private ExecutionContext? _context;
    private ExecutionContext? _changed;
    private Exception? _error;
    private CancellationTokenRegistration _registration;
    private CancellationTokenSource? _linked;
    private CancellationToken _token;
    private CallContext? _given;
    private SyncFlow? _flow;
    private int _blockedFrames;
    private bool _begun;
    private bool _answered;
    private volatile bool _ended;

    /// <summary>The call that this thread is running.</summary>
    public static SyncWork? Current => Running;

    /// <summary>Whether the function has returned, or will never run.</summary>
    public bool HasEnded => _ended;

    /// <summary>Where the call was submitted.</summary>
    public IWorkExecutor? Executor { get; private set; }

    /// <summary>The loop that the caller's asynchronous code belongs to: a blocking call inside runs its code there (A2S-13).</summary>
    public EventLoop? Loop => _flow?.Loop;

    /// <summary>Whether the call keeps to the thread of its flow; others never lend their thread to such calls (SYNC-30).</summary>
    public bool IsThreadSensitive { get; private set; }

    /// <summary>The call around this one, unless it has ended.</summary>
    public SyncWork? Parent { get; private set; }

    /// <summary>For messages.</summary>
    public abstract string FunctionName { get; }

    public short Version => _ending.Version;

    public bool IsCompleted => _ending.GetStatus(_ending.Version) != ValueTaskSourceStatus.Pending;

    /// <summary>Hands the call to the executor that its flow and options ask for.</summary>
    /// <exception cref="InvalidOperationException">It would wait for a thread that waits for it (DEAD-01).</exception>
    public void Submit(SyncToAsyncOptions options, CancellationToken cancellationToken)
    {
        LocalFlow.Adopt();
        var flow = SyncFlow.Current;
        var loop = EventLoop.Current ?? flow.Loop;
        IsThreadSensitive = options.ThreadSensitive;
        _given = options.Context;
        _context = _given is null ? CallerContext.Capture() : null;
        for (var parent = flow.Ancestor; parent is not null && Parent is null; parent = parent.Parent)
        {
            Parent = parent.HasEnded ? null : parent;
        }

        _flow = flow with { Ancestor = this, Loop = loop };
        ObserveCancellation(cancellationToken);
        if (_answered)
        {
            return;
        }

        try
        {
            ExecutorChoice.Submit(this, options, flow, loop);
        }
        catch
        {
            Finish();
            throw;
        }
    }

    /// <summary>Notes the executor; called before each attempt to submit.</summary>
    public void SubmitTo(IWorkExecutor executor) => Executor = executor;

    /// <summary>Notes that the function blocks in AsyncToSync: a cancellation goes to what it waits for, first (CANC-04).</summary>
    public void EnterBlockedFrame()
    {
        lock (_gate)
        {
            _blockedFrames++;
        }
    }

    public void LeaveBlockedFrame()
    {
        lock (_gate)
        {
            _blockedFrames--;
        }
    }

    /// <inheritdoc/>
    [StackTraceHidden]
    public void Execute()
    {
        if (!TryBegin())
        {
            return;
        }

        var outer = Running;
        Running = this;
        try
        {
            ExecutionContext.Run(_context ?? _given!.Enter(), static work => ((SyncWork)work!).RunInContext(), this);
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

        Finish();
        Answer(_error);
    }

    /// <inheritdoc/>
    public void Refuse(Exception reason)
    {
        if (TryBegin())
        {
            Finish();
            Answer(reason);
        }
    }

    public void OnCompleted(Action continuation, bool continueOnCapturedContext, bool flowExecutionContext)
    {
        var flags = (continueOnCapturedContext ? ValueTaskSourceOnCompletedFlags.UseSchedulingContext : 0) |
            (flowExecutionContext ? ValueTaskSourceOnCompletedFlags.FlowExecutionContext : 0);
        _ending.OnCompleted(static continuation => ((Action)continuation!)(), continuation, _ending.Version, flags);
    }

    /// <summary>Brings the changed context to the awaiting code, then throws what the function threw (CTX-02, CTX-03, CTX-15).</summary>
    [StackTraceHidden]
    public void GetResult(short version)
    {
        if (_ending.GetStatus(version) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The call has not ended: await it.");
        }

        if (Interlocked.Exchange(ref _changed, null) is { } changed)
        {
            CallerContext.BringBack(changed);
        }

        _ending.GetResult(version);
    }

    /// <summary>Runs the function and keeps its result.</summary>
    protected abstract void Invoke();

    /// <summary>Lets go of the function, so that no ended call keeps what it captured (EXC-07).</summary>
    protected abstract void Release();

    private void RunInContext()
    {
        LocalFlow.Adopt();
        var outerFlow = SyncFlow.Current;
        var outerToken = AsgiCancellation.Token;
        SyncFlow.Current = _flow!;
        AsgiCancellation.Enter(_token);
        var start = ExecutionContext.Capture();
        try
        {
            using (LocalFlow.EnterSync())
            {
                Invoke();
            }
        }
        catch (Exception error)
        {
            _error = error;
        }

        if (ExecutionContext.Capture() != start || _given is not null)
        {
            // The changes go to the caller; the library's own state of this call does not.
            SyncFlow.Current = outerFlow;
            AsgiCancellation.Enter(outerToken);
            _changed = ExecutionContext.Capture();
        }

        if (_given is not null)
        {
            _given.Leave(_changed);
            _changed = null;
        }
    }

    private bool TryBegin()
    {
        lock (_gate)
        {
            var mayBegin = !_begun;
            _begun = true;
            return mayBegin;
        }
    }

    private void Finish()
    {
        _ended = true;
        _context = null;
        _flow = null;
        Release();
        _registration.Unregister();
        _linked?.Dispose();
    }

    private void Answer(Exception? error)
    {
        lock (_gate)
        {
            if (_answered)
            {
                return;
            }

            _answered = true;
        }

        if (error is null)
        {
            _ending.SetResult(true);
        }
        else
        {
            _ending.SetException(error);
        }
    }

    private void ObserveCancellation(CancellationToken explicitToken)
    {
        var ambient = AsgiCancellation.Token;
        if (!explicitToken.CanBeCanceled || explicitToken == ambient)
        {
            _token = ambient;
        }
        else if (!ambient.CanBeCanceled)
        {
            _token = explicitToken;
        }
        else
        {
            _linked = CancellationTokenSource.CreateLinkedTokenSource(explicitToken, ambient);
            _token = _linked.Token;
        }

        _registration = _token.UnsafeRegister(static work => ((SyncWork)work!).Cancelled(), this);
    }

    private void Cancelled()
    {
        bool neverRuns;
        lock (_gate)
        {
            if (_begun && _blockedFrames > 0)
            {
                // What the function waits for sees the same token and decides how this call ends (CANC-05).
                return;
            }

            neverRuns = !_begun;
            _begun = true;
        }

        if (neverRuns)
        {
            Finish();
        }

        Answer(new OperationCanceledException(_token));
    }
}
