using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Server.Callables;

/// <summary>A call that a peer of the bridge has opened on its session.</summary>
internal sealed class ExchangeOrigin(Exchange exchange, string session, object owner) : ICallOrigin, IExchangeObserver
{
    private RoutedCall? _call;
    private volatile bool _wasLost;

    public string Name => $"session {session}";

    public object Owner => owner;

    public bool HasOwnWorkItem => true;

    public void Start(RoutedCall call)
    {
        _call = call;
        exchange.Observe(this);
    }

    public bool TryAccept(bool quietly) => quietly ? exchange.AcceptQuietly(this) : exchange.Accept(this);

    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> callEvent, CancellationToken cancellationToken)
    {
        try
        {
            await exchange.SendOwnedAsync(PayloadKind.Event, callEvent, more: false, cancellationToken).ConfigureAwait(false);
        }
        catch (EventTooLargeException tooLarge)
        {
            SendError(tooLarge);
            return false;
        }
        catch (Exception error) when (error is ExchangeEndedException or IncompleteSendException or OperationCanceledException)
        {
            // The caller has left, or nothing more comes for it: the call hears of it by itself.
        }

        return true;
    }

    public bool SendLast(ReadOnlyMemory<byte> callEvent)
    {
        try
        {
            // If the caller has left, the call hears of it by itself.
            exchange.SendLast(callEvent);
            return true;
        }
        catch (EventTooLargeException tooLarge)
        {
            SendError(tooLarge);
            return false;
        }
    }

    public void Refuse(RefusedCode code, string reason)
    {
        if (!exchange.IsAccepted)
        {
            exchange.Refuse(code, reason);
        }
    }

    public void BreakOff(ResetCode code, string reason)
    {
        _wasLost = true;
        exchange.Reset(code, reason);
    }

    public void End() => exchange.End(_wasLost ? EndedKind.Disconnected : EndedKind.Finished);

    void IExchangeObserver.Accepted(Exchange accepted)
    {
    }

    void IExchangeObserver.Broken(Exchange broken)
    {
        var ending = broken.Ending!;
        _call!.Leave(
            ending.Kind == ExchangeEndingKind.Reset ? ending.ResetCode : ResetCode.Gone,
            ending.Reason.Length > 0 ? ending.Reason : "The caller has left.");
    }

    private void SendError(EventTooLargeException tooLarge)
    {
        var error = new CallEvent { Error = new CallError { Kind = CallErrorKind.BadArgument, Message = $"The caller does not take the result: {tooLarge.Message}" } };
        exchange.SendLast(error.ToByteArray());
    }
}
