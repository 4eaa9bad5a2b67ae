using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Mapping;
using Bridge.Protocol.Sessions;
using Google.Protobuf;

namespace Bridge.Protocol.Instances;

/// <summary>
/// A driver's receive-events on their way to an application elsewhere. What a peer that refused had been sent is kept for
/// the next one.
/// </summary>
internal sealed class ReplayedEvents(AsgiScope scope, IDriver driver)
{
    private const int ConnectionLost = 1006;

    private Queue<RetainedPayload> _replay = [];
    private AsgiEvent? _unsent;
    private bool _complete;

    /// <summary>
    /// Sends the events in order, each as the peer's window has room, until the last one is sent or the run is over.
    /// Never throws.
    /// </summary>
    public async Task PumpAsync(Exchange exchange, RemoteRun run)
    {
        try
        {
            await run.WhenAccepted.ConfigureAwait(false);
            while (_replay.TryPeek(out var payload))
            {
                await exchange.SendOwnedAsync(payload.Kind, payload.Data, payload.More, run.Stop).ConfigureAwait(false);
                _replay.Dequeue();
            }

            while (!_complete)
            {
                _unsent ??= await driver.ReceiveAsync(run.Stop).ConfigureAwait(false);
                _complete = await ForwardAsync(_unsent, exchange, run).ConfigureAwait(false);
                _unsent = null;
            }
        }
        catch (OperationCanceledException) when (run.Stop.IsCancellationRequested)
        {
            // The run is over; what was not sent is kept.
        }
        catch (ExchangeEndedException)
        {
            // The same.
        }
        catch (EventTooLargeException tooLarge)
        {
            run.Fail(V1.ResetCode.TooLarge, tooLarge.Message, EndingCause.EventTooLarge);
        }
        catch (Exception error)
        {
            run.Fail(V1.ResetCode.Gone, $"The driver failed: {ErrorText.Of(error)}");
        }
    }

    /// <summary>
    /// Gives the next event to an application that is not at the end of a session: what a peer that refused had been sent,
    /// then the driver's own. One call at a time.
    /// </summary>
    public ValueTask<AsgiEvent> NextAsync(CancellationToken cancellationToken)
    {
        if (_replay.TryDequeue(out var payload))
        {
            return ValueTask.FromResult(payload.Kind == V1.PayloadKind.Body
                ? new HttpRequestEvent { Body = payload.Data, MoreBody = payload.More }
                : EventMapping.FromMessage(V1.ReceiveEvent.Parser.ParseFrom(payload.Data.Span)));
        }

        if (_unsent is not { } kept)
        {
            return driver.ReceiveAsync(cancellationToken);
        }

        _unsent = null;
        return ValueTask.FromResult(kept);
    }

    /// <summary>Takes back what was sent through an exchange that was refused.</summary>
    public void TakeBack(Exchange exchange) => _replay = new Queue<RetainedPayload>([.. exchange.TakeRetained(), .. _replay]);

    /// <returns>Whether it was the driver's last event.</returns>
    private async ValueTask<bool> ForwardAsync(AsgiEvent message, Exchange exchange, RemoteRun run)
    {
        switch (message)
        {
            case HttpRequestEvent { Extra.Count: 0 } body:
                await exchange.SendAsync(V1.PayloadKind.Body, body.BodyOrDefault, body.MoreBodyOrDefault, run.Stop).ConfigureAwait(false);
                return !body.MoreBodyOrDefault;
            case HttpDisconnectEvent or WebSocketDisconnectEvent { Code: ConnectionLost }:
            case CustomEvent custom when CustomDisconnect.Is(custom, scope) && !driver.LeavesInOrder:
                // These overtake data (GAP-16); an orderly close of a WebSocket, or of a feed's scope, comes behind it.
                run.Leave(message);
                return true;
            default:
                var data = EventMapping.ToReceiveMessage(message).ToByteArray();
                await exchange.SendOwnedAsync(V1.PayloadKind.Event, data, more: false, run.Stop).ConfigureAwait(false);
                if (DisconnectEvents.Includes(message, scope))
                {
                    run.LeftInOrder();
                    return true;
                }

                return message is HttpRequestEvent { MoreBodyOrDefault: false };
        }
    }
}
