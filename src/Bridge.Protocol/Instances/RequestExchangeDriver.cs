using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Sessions;

namespace Bridge.Protocol.Instances;

/// <summary>
/// HTTP: each <c>receive</c> of the application takes one part of the request body from the exchange, whose window is the
/// only queue.
/// </summary>
internal sealed class RequestExchangeDriver(Exchange exchange, AsgiScope scope) : ExchangeDriver(exchange, scope)
{
    private AsgiEvent? _last;

    public override ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _last) is { } last)
        {
            return ValueTask.FromResult(last);
        }

        var receiving = Exchange.ReceiveAsync(CancellationToken.None);
        return receiving.IsCompletedSuccessfully
            ? ValueTask.FromResult(Take(receiving.Result))
            : WaitAsync(receiving, cancellationToken);
    }

    protected override void Complete(AsgiEvent last) => End(last);

    protected override void Drop(AsgiEvent last) => End(last);

    private void End(AsgiEvent last)
    {
        Interlocked.CompareExchange(ref _last, last, null);
        Exchange.CancelReceive(CancellationToken.None);
    }

    private async ValueTask<AsgiEvent> WaitAsync(ValueTask<Received> receiving, CancellationToken cancellationToken)
    {
        using var givenUp = cancellationToken.UnsafeRegister(
            static (exchange, token) => ((Exchange)exchange!).CancelReceive(token), Exchange);
        if (Volatile.Read(ref _last) is not null)
        {
            // The end came before there was a wait to end.
            Exchange.CancelReceive(CancellationToken.None);
        }

        try
        {
            return Take(await receiving.ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (Volatile.Read(ref _last) is { } last)
        {
            return last;
        }
    }

    private AsgiEvent Take(in Received received)
    {
        if (received.Kind != ReceivedKind.End)
        {
            Exchange.Taken(received);
            if (Read(received, out var isDisconnect) is { } message)
            {
                if (isDisconnect)
                {
                    Leave(message);
                }

                return message;
            }

            Leave(DriverRules.Lost(Scope));
        }

        return Volatile.Read(ref _last) ?? HttpDisconnectEvent.Instance;
    }
}
