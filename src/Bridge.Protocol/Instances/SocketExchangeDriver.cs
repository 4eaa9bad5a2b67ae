using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Sessions;

namespace Bridge.Protocol.Instances;

/// <summary>
/// WebSockets and protocols of the users' own: a loop reads ahead into a small queue, so that a disconnect is seen, and
/// <c>send</c> raises, while the application does not receive. When the queue is full the loop stops, and the exchange's
/// window holds the peer back.
/// </summary>
internal sealed class SocketExchangeDriver(Exchange exchange, AsgiScope scope) : ExchangeDriver(exchange, scope)
{
    /// <summary>Events that are read ahead at most.</summary>
    public const int QueuedEvents = 32;

    /// <summary>Bytes of events after which no further one is read ahead.</summary>
    public const int QueuedBytes = 64 * 1024;

    private readonly ReceiveQueue _queue = new(QueuedEvents, QueuedBytes);

    public override ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken) => _queue.TakeAsync(cancellationToken);

    protected override void Begin() => _ = ReadAsync();

    protected override void Complete(AsgiEvent last) => _queue.End(last);

    protected override void Drop(AsgiEvent last) => _queue.End(last);

    // Ends with the exchange, which gives the end to a receive that waits, and with the queue, which lets nobody wait then.
    private async Task ReadAsync()
    {
        while (true)
        {
            var received = await Exchange.ReceiveAsync(CancellationToken.None).ConfigureAwait(false);
            if (received.Kind == ReceivedKind.End)
            {
                return;
            }

            Exchange.Taken(received);
            if (Read(received, out var isDisconnect) is not { } message)
            {
                Leave(DriverRules.Lost(Scope));
                return;
            }

            if (isDisconnect)
            {
                _queue.Finish(message);
                LeaveInOrder();
                return;
            }

            await _queue.AddAsync(message, received.Data.Length).ConfigureAwait(false);
        }
    }
}
