using Asgiref.Core.Callables.Transport;
using Bridge.Protocol.Sessions;
using Google.Protobuf;

namespace Bridge.Protocol.Calls;

/// <summary>A call that a peer has opened, for the host that runs it: the acceptor's side of docs/protocol.md, "Calls".</summary>
internal sealed class PeerCall : IIncomingCall, IExchangeObserver
{
    private readonly Exchange _exchange;
    private CallerLeaving _caller;
    private volatile bool _answered;

    private PeerCall(Exchange exchange, CallRequest request)
    {
        _exchange = exchange;
        Request = request;
    }

    public CallRequest Request { get; }

    public bool HasCallerLeft => _caller.HasLeft;

    /// <summary>
    /// Reads the call of an exchange that the peer has opened, for <see cref="ISessionHandler.Accept"/>. Null if it cannot be
    /// read, or is no call: then it is refused.
    /// </summary>
    public static PeerCall? Read(Exchange exchange)
    {
        if (exchange.Target.Call is not { } target)
        {
            exchange.Refuse(V1.RefusedCode.Unsupported, "Only calls are taken here.");
            return null;
        }

        try
        {
            return new PeerCall(exchange, CallMapping.ToRequest(target, exchange.Head));
        }
        catch (Exception error) when (error is InvalidMessageException or InvalidProtocolBufferException)
        {
            exchange.Refuse(V1.RefusedCode.InvalidHead, $"The head of the call cannot be read: {error.Message}");
            return null;
        }
    }

    public void WatchCaller(ICallerWatch? watch) => _caller.Watch(watch);

    public bool TryAccept() => _exchange.AcceptQuietly(this);

    public async ValueTask SendItemAsync(CallPayload item)
    {
        if (_answered)
        {
            throw new OperationCanceledException();
        }

        try
        {
            var data = new V1.CallEvent { Item = CallMapping.ToMessage(item) }.ToByteArray();
            await _exchange.SendOwnedAsync(V1.PayloadKind.Event, data, more: false).ConfigureAwait(false);
        }
        catch (Exception error) when (error is ExchangeEndedException or IncompleteSendException)
        {
            throw new OperationCanceledException("The caller has left.", error);
        }
        catch (EventTooLargeException tooLarge)
        {
            throw new InvalidOperationException($"An item of '{Request.Callable}' is too large: {tooLarge.Message}", tooLarge);
        }
    }

    public Task EndAsync(CallOutcome outcome)
    {
        if (!_exchange.IsAccepted)
        {
            var failure = outcome.Failure ?? new CallFailure(CallFailureKind.Refused, "The call was not accepted.");
            _exchange.Refuse(CallEndings.RefusalOf(failure), failure.Message);
        }
        else if (_answered || _exchange.Ending is not null)
        {
            _exchange.End(CallEndings.EndedOf(outcome.Failure));
        }
        else
        {
            _answered = true;
            _exchange.EndWith(Write(ref outcome), CallEndings.EndedOf(outcome.Failure));
        }

        return Task.CompletedTask;
    }

    public Task GiveUp(CallOutcome outcome)
    {
        _answered = true;
        if (!_exchange.SendLast(Write(ref outcome)))
        {
            _exchange.Reset(V1.ResetCode.TimedOut, outcome.Failure?.Message ?? "The function is not waited for any more.");
        }

        return Task.CompletedTask;
    }

    void IExchangeObserver.Accepted(Exchange exchange)
    {
    }

    void IExchangeObserver.Broken(Exchange exchange) => _caller.Leave();

    private byte[] Write(ref CallOutcome outcome)
    {
        var data = CallMapping.ToEvent(outcome, Request.Callable);
        if (data.Length <= _exchange.PeerEventBytes)
        {
            return data;
        }

        var what = outcome.Failure is null ? "The result" : "The error";
        outcome = CallOutcome.Failed(new CallFailure(
            CallFailureKind.BadArgument,
            $"{what} of '{Request.Callable}' has {data.Length} bytes with what goes along; the peer takes {_exchange.PeerEventBytes} (EventBytes)."));
        return CallMapping.ToEvent(outcome, Request.Callable);
    }
}
