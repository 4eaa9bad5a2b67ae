using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Loops;

namespace Asgiref.Core.Sync;

/// <summary>
/// A thread that runs asynchronous code, one piece at a time: asyncio's event loop. Awaits inside it come back to its
/// thread, unless they say <c>ConfigureAwait(false)</c>.
/// </summary>
/// <remarks>
/// <para><see cref="AsyncToSync"/> makes loops as it needs them; make one yourself to keep asynchronous code, and the
/// objects that belong to it, on one thread.</para>
/// <para>Tasks created inside by <see cref="AsgiTask.Create(Func{Task})"/>, and <c>async void</c> methods, belong to the loop: when it ends
/// they see their <see cref="AsgiCancellation.Token"/> fire and are waited for, up to the stop time-out (A2S-20). Tasks of
/// <c>Task.Run</c> do not, they are the pool's.</para>
/// <para>What still wants to run when the loop has ended does not hang: calls are refused with an
/// <see cref="InvalidOperationException"/>, and continuations run on the thread pool (A2S-18). All members are safe for
/// concurrent use.</para>
/// </remarks>
public sealed class EventLoop : SynchronizationContext, IAsyncDisposable
{
    private readonly LoopQueue _queue;
    private readonly LoopThread _thread;
    private readonly EventLoopOptions _options;
    private readonly CurrentThreadExecutor? _waiter;
    private LoopTaskScheduler? _scheduler;
    private LoopOperations? _operations;
    private TaskCompletionSource? _ended;

    /// <summary>Makes a loop that still wants a thread.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="waiter">Is completed when the loop has ended.</param>
    /// <param name="pump">Runs thread-sensitive calls of the loop's code.</param>
    internal EventLoop(EventLoopOptions options, CurrentThreadExecutor? waiter = null, CurrentThreadExecutor? pump = null)
    {
        _options = options;
        _queue = new LoopQueue(options.MaxQueuedCalls);
        _waiter = waiter;
        Pump = pump;
        _thread = new LoopThread(this);
    }

    /// <summary>Raised on the loop's thread when a callback or an <c>async void</c> method throws; the loop goes on.</summary>
    public static event EventHandler<UnhandledExceptionEventArgs>? CallbackFailed;

    /// <summary>The loop whose thread this is; null on any other thread.</summary>
    public static new EventLoop? Current => LoopThread.Loop;

    /// <summary>Whether it still takes work. False from the moment that its thread has nothing left to do after a stop.</summary>
    public bool IsRunning => !_queue.IsClosed;

    /// <summary>How many tasks wait to be begun; <see cref="EventLoopOptions.MaxQueuedCalls"/> at most.</summary>
    public int QueuedCalls => _queue.CallCount;

    /// <summary>Runs tasks on the loop's thread, for <see cref="TaskFactory"/> and the like.</summary>
    public TaskScheduler Scheduler => _scheduler ?? Interlocked.CompareExchange(ref _scheduler, new LoopTaskScheduler(this), null) ?? _scheduler;

    /// <summary>Where calls that are not thread-sensitive run when they come from this loop's code (SYNC-05).</summary>
    internal IWorkExecutor DefaultExecutor => _options.DefaultExecutor;

    /// <summary>The pump of the thread that is blocked on this loop, for code that has lost its context (SYNC-21, CTE-11).</summary>
    internal CurrentThreadExecutor? Pump { get; }

    /// <summary>What must end before the loop does.</summary>
    internal LoopOperations Operations => _operations ?? Interlocked.CompareExchange(ref _operations, new LoopOperations(this), null) ?? _operations;

    /// <summary>Starts a loop on a background thread of its own.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ThreadLimitException">There are too many loops and contexts (<see cref="SyncLimits.MaxThreads"/>).</exception>
    public static EventLoop Start(EventLoopOptions? options = null)
    {
        var loop = new EventLoop(options ?? EventLoopOptions.Default);
        loop._ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.StartThread();
        return loop;
    }

    /// <summary>Starts an asynchronous function on the loop, as a task of its own: it gets a copy of the caller's context.</summary>
    /// <param name="function">Called on the loop's thread.</param>
    /// <returns>Ends as the function's task does.</returns>
    /// <exception cref="InvalidOperationException">The loop has ended.</exception>
    /// <exception cref="ThreadLimitException">Too many tasks wait already (<see cref="EventLoopOptions.MaxQueuedCalls"/>).</exception>
    public Task RunAsync(Func<Task> function) =>
        TryStart(TaskStart.Function(function))?.Unwrap() ?? throw new InvalidOperationException("This event loop has ended.");

    /// <inheritdoc cref="RunAsync(Func{Task})"/>
    /// <typeparam name="T">The function's result.</typeparam>
    public Task<T> RunAsync<T>(Func<Task<T>> function) =>
        TryStart(TaskStart.Function(function))?.Unwrap() ?? throw new InvalidOperationException("This event loop has ended.");

    /// <summary>Queues a callback. After the loop's end it runs on the thread pool, so that nobody waits for ever.</summary>
    /// <param name="d">The callback.</param>
    /// <param name="state">Its argument.</param>
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!_queue.TryAdd(new LoopItem(d, state)))
        {
            ThreadPool.UnsafeQueueUserWorkItem(static item => item.Callback(item.State), new LoopItem(d, state), preferLocal: false);
        }
    }

    /// <summary>Runs the callback at once when called on the loop's own thread.</summary>
    /// <param name="d">The callback.</param>
    /// <param name="state">Its argument.</param>
    /// <exception cref="InvalidOperationException">Called on another thread, which would have to block.</exception>
    public override void Send(SendOrPostCallback d, object? state)
    {
        if (Current != this)
        {
            throw new InvalidOperationException("Send would block a thread until the loop comes to it; use AsyncToSync, or Post.");
        }

        d(state);
    }

    /// <inheritdoc/>
    public override SynchronizationContext CreateCopy() => this;

    /// <inheritdoc/>
    public override void OperationStarted() => Operations.Start();

    /// <inheritdoc/>
    public override void OperationCompleted() => Operations.End();

    /// <summary>
    /// Ends the loop: cancels what belongs to it, runs what is queued, waits for what belongs to it, up to the stop
    /// time-out. May be called more than once. Await it outside the loop.
    /// </summary>
    public ValueTask DisposeAsync()
    {
        Stop();
        return new ValueTask(_ended?.Task ?? Task.CompletedTask);
    }

    /// <summary>Starts the thread.</summary>
    /// <exception cref="ThreadLimitException">There are too many.</exception>
    [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "The thread itself tells when it is free.")]
    internal void StartThread() => _ = _options.Threads.RunAsync(_thread);

    /// <summary>Asks the loop to end when nothing is left to do.</summary>
    internal void Stop()
    {
        if (Current == this)
        {
            _queue.StopFromInside();
        }
        else
        {
            _queue.Stop();
        }
    }

    /// <summary>Queues a call whose caller is blocked. It is not refused: there are no more of these than threads, and what keeps the queue full may wait for this one.</summary>
    /// <returns>False if the loop has ended; the call was not taken.</returns>
    internal bool TryPost(LoopCall call) => _queue.TryAdd(new LoopItem(static call => ((LoopCall)call!).Run(), call));

    /// <summary>Starts a task that belongs to the loop.</summary>
    /// <returns>Null if the loop has ended; the function was not called.</returns>
    /// <exception cref="ThreadLimitException">Too many tasks wait already; the function was not called.</exception>
    internal Task<T>? TryStart<T>(TaskFunction<T> function)
        where T : Task
    {
        var start = new LoopTaskStart<T>(this, function);
        var isTaken = false;
        try
        {
            isTaken = _queue.TryAddCall(static start => ((LoopTaskStart<T>)start!).Run(), start);
            return isTaken ? start.Task : null;
        }
        finally
        {
            if (!isTaken)
            {
                start.Abandon();
            }
        }
    }

    /// <summary>Makes the loop look again whether it may end.</summary>
    internal void Wake() => _queue.Wake();

    /// <summary>Asked under the queue's lock, whenever the stopping loop has nothing to run.</summary>
    internal bool MayEnd() => _operations is null || _operations.TryEnd(_options.StopTimeout, _options.Clock);

    /// <summary>Blocks the loop's thread until there is something to run or the loop has ended.</summary>
    /// <returns>False if it has ended.</returns>
    internal bool Take(out LoopItem item) => _queue.Take(this, out item);

    internal void ReportFailure(Exception error) =>
        SyncDiagnostics.Raise(CallbackFailed, this, new UnhandledExceptionEventArgs(error, isTerminating: false));

    /// <summary>Called when the thread is free again.</summary>
    internal void ThreadReleased()
    {
        _waiter?.Complete();
        _ended?.TrySetResult();
    }
}
