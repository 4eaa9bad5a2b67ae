using System.Diagnostics;
using System.Threading.Tasks.Sources;
using Asgiref.Core.Callables.Payloads;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>A call into another process that somebody awaits.</summary>
internal sealed class AwaitedRemoteCall<TOut> : OutgoingCall, IAwaitedCall<TOut>, IThreadPoolWorkItem
{
    private readonly PayloadCodec<TOut> _codec;
    private ManualResetValueTaskSourceCore<bool> _ended;
    private Action? _continuation;

    public AwaitedRemoteCall(CallableRegistry registry, string callable, PayloadCodec<TOut> codec)
        : base(registry, callable) => _codec = codec;

    public bool IsCompleted => _ended.GetStatus(_ended.Version) != ValueTaskSourceStatus.Pending;

    [StackTraceHidden]
    public TOut GetResult()
    {
        _ended.GetResult(_ended.Version);
        return GetResult(_codec, applies: true);
    }

    public void OnCompleted(Action continuation, bool continueOnCapturedContext, bool flowExecutionContext)
    {
        var flags = (continueOnCapturedContext ? ValueTaskSourceOnCompletedFlags.UseSchedulingContext : 0) |
            (flowExecutionContext ? ValueTaskSourceOnCompletedFlags.FlowExecutionContext : 0);
        if (continueOnCapturedContext && IsInContext())
        {
            _ended.OnCompleted(static continuation => ((Action)continuation!)(), continuation, _ended.Version, flags);
        }
        else if (flowExecutionContext)
        {
            _ended.OnCompleted(
                static continuation => ThreadPool.QueueUserWorkItem(static continuation => continuation(), (Action)continuation!, preferLocal: false),
                continuation, _ended.Version, flags);
        }
        else
        {
            // Behind the callers that the same message wakes, so that what they do next goes out together.
            _continuation = continuation;
            _ended.OnCompleted(
                static call => ThreadPool.UnsafeQueueUserWorkItem((AwaitedRemoteCall<TOut>)call!, preferLocal: false), this, _ended.Version, flags);
        }
    }

    void IThreadPoolWorkItem.Execute() => _continuation!();

    public Task<TOut> AsTask()
    {
        var task = new TaskCompletionSource<TOut>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (IsCompleted)
        {
            EndTask(task);
        }
        else
        {
            OnCompleted(() => EndTask(task), continueOnCapturedContext: false, flowExecutionContext: false);
        }

        return task.Task;
    }

    protected override void Completed() => _ended.SetResult(true);

    private static bool IsInContext() =>
        (SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext)) || TaskScheduler.Current != TaskScheduler.Default;

    private void EndTask(TaskCompletionSource<TOut> task)
    {
        try
        {
            task.SetResult(GetResult(_codec, applies: false));
        }
        catch (OperationCanceledException error)
        {
            task.SetCanceled(error.CancellationToken);
        }
        catch (Exception error)
        {
            task.SetException(error);
        }
    }
}
