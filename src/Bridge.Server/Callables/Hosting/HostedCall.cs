using Asgiref.Core.Callables.Transport;
using Bridge.Protocol.Calls;
using Google.Protobuf;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Callables.Hosting;

/// <summary>A call in the hands of a function of the bridge. Safe for concurrent use.</summary>
internal sealed class HostedCall : IIncomingCall
{
    private readonly RoutedCall _call;

    /// <summary>How it ended, or who waits for that, whichever came first.</summary>
    private object? _ended;
    private TaskCompletionSource? _returned;
    private volatile bool _accepted;
    private int _answers;

    /// <exception cref="Protocol.InvalidMessageException">The head cannot be read.</exception>
    /// <exception cref="InvalidProtocolBufferException">The same.</exception>
    public HostedCall(RoutedCall call)
    {
        _call = call;

        // Only a call that comes from another one has waited, for its ancestors.
        var time = call.Path.Count == 1 ? call.Time : call.Remaining;
        Request = CallMapping.ToRequest(call.Callable, call.Path, call.ThreadContext, time, call.Head);
    }

    public CallRequest Request { get; }

    public bool HasCallerLeft => _call.HasLeft;

    /// <summary>How it ended, as soon as its caller need not wait any more. To be asked once.</summary>
    public ValueTask<CallEnding> EndedAsync()
    {
        if (Volatile.Read(ref _ended) is CallEnding ended)
        {
            return new ValueTask<CallEnding>(ended);
        }

        // What follows is the bridge's own and short: it goes on where the function has ended.
        var waiting = new TaskCompletionSource<CallEnding>();
        return Interlocked.CompareExchange(ref _ended, waiting, null) is CallEnding now
            ? new ValueTask<CallEnding>(now)
            : new ValueTask<CallEnding>(waiting.Task);
    }

    public void WatchCaller(ICallerWatch? watch) => _call.Watch(watch);

    public bool TryAccept()
    {
        _accepted = _call.TryAccept(quietly: true);
        return _accepted;
    }

    public async ValueTask SendItemAsync(CallPayload item)
    {
        await _call.TryTakeAsync(new V1.CallEvent { Item = CallMapping.ToMessage(item) }.ToByteArray(), _call.Left).ConfigureAwait(false);
        _call.Left.ThrowIfCancellationRequested();
    }

    public Task EndAsync(CallOutcome outcome)
    {
        if (Interlocked.Increment(ref _answers) == 1)
        {
            Answer(outcome, Task.CompletedTask);
        }
        else
        {
            // It was given up before.
            _returned!.TrySetResult();
        }

        return Task.CompletedTask;
    }

    /// <summary>Comes before <see cref="EndAsync"/>, if at all.</summary>
    public Task GiveUp(CallOutcome outcome)
    {
        _returned = new TaskCompletionSource();
        Interlocked.Increment(ref _answers);
        Answer(outcome, _returned.Task);
        return Task.CompletedTask;
    }

    private void Answer(CallOutcome outcome, Task returned)
    {
        if (!_accepted)
        {
            End(_call.HasLeft || outcome.Failure is not { } refusal
                ? CallEnding.Left()
                : CallEnding.Refused(CallEndings.RefusalOf(refusal), refusal.Message));
            return;
        }

        _call.TakeAnswer(CallMapping.ToEvent(outcome, Request.Callable));
        var ending = _call.Answer is { } answer ? CallEnding.Answered(answer) : CallEnding.Left();
        End(returned.IsCompleted ? ending : ending with { Returned = returned });
    }

    private void End(CallEnding ending)
    {
        if (Interlocked.CompareExchange(ref _ended, ending, null) is TaskCompletionSource<CallEnding> waiting)
        {
            waiting.TrySetResult(ending);
        }
    }
}
