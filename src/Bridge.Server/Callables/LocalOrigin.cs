using Bridge.Protocol.V1;

namespace Bridge.Server.Callables;

/// <summary>A call that the bridge makes itself: for a caller of <c>CallableService.Call</c>, or for a function that it hosts.</summary>
/// <param name="name">Its name in logs.</param>
/// <param name="owner">Who owns the thread-sensitive contexts that it names; null if nobody tells their end.</param>
/// <param name="onItem">Takes the items of a stream, one at a time; null where none may come.</param>
/// <param name="left">Fires when the caller does not wait any more.</param>
internal sealed class LocalOrigin(string name, object? owner, Func<CallPayload, ValueTask>? onItem, CancellationToken left) : ICallOrigin
{
    private readonly TaskCompletionSource<CallAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RoutedCall? _call;

    public string Name => name;

    public object? Owner => owner;

    public bool HasOwnWorkItem => false;

    /// <summary>What became of it. Fails only with what <c>onItem</c> has thrown.</summary>
    public Task<CallAnswer> Answer => _answer.Task;

    public void Start(RoutedCall call)
    {
        _call = call;
        var registration = left.UnsafeRegister(static origin => ((LocalOrigin)origin!).OnLeft(), this);
        _answer.Task.ContinueWith(
            static (_, state) => ((CancellationTokenRegistration)state!).Unregister(),
            registration,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    public bool TryAccept(bool quietly) => !left.IsCancellationRequested;

    public bool SendLast(ReadOnlyMemory<byte> callEvent)
    {
        if (Read(callEvent) is { } read)
        {
            _answer.TrySetResult(new CallAnswer(read));
        }

        return true;
    }

    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> callEvent, CancellationToken cancellationToken)
    {
        if (Read(callEvent) is not { } read)
        {
            return true;
        }

        if (onItem is null)
        {
            BreakOffCall(ResetCode.Unsupported, "The callable is a stream; one result was asked for.");
            return true;
        }

        try
        {
            await onItem(read.Item).ConfigureAwait(false);
            return true;
        }
        catch (Exception error)
        {
            _answer.TrySetException(error);
            _call!.Leave(ResetCode.Gone, "The caller's own code failed.");
            return true;
        }
    }

    public void Refuse(RefusedCode code, string reason) => _answer.TrySetResult(new CallAnswer(null, Refused: code, Reason: reason));

    public void BreakOff(ResetCode code, string reason) => _answer.TrySetResult(new CallAnswer(null, Broken: code, Reason: reason));

    public void End() => BreakOff(ResetCode.Gone, "The call has ended without a result.");

    /// <returns>Null if it cannot be read: then the call is broken off.</returns>
    private CallEvent? Read(ReadOnlyMemory<byte> callEvent)
    {
        try
        {
            return CallEvent.Parser.ParseFrom(callEvent.Span);
        }
        catch (Google.Protobuf.InvalidProtocolBufferException)
        {
            BreakOffCall(ResetCode.Violation, "An event of the call cannot be read.");
            return null;
        }
    }

    private void BreakOffCall(ResetCode code, string reason)
    {
        BreakOff(code, reason);
        _call!.Leave(code, reason);
    }

    private void OnLeft()
    {
        BreakOff(ResetCode.Gone, "The caller has left.");
        _call!.Leave(ResetCode.Gone, "The caller has left.");
    }
}
