using System.Diagnostics.CodeAnalysis;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Mapping;
using Bridge.Protocol.Sessions;
using Google.Protobuf;

namespace Bridge.Protocol.Instances;

/// <summary>
/// The driver of one instance, at the other end of an exchange that its peer has opened. The two kinds differ in who
/// waits for the peer's events: the application's own <c>receive</c>, or a loop.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle, and the session may still come to it.")]
internal abstract class ExchangeDriver(Exchange exchange, AsgiScope scope) : IDriver, IExchangeObserver
{
    private readonly ConversationEnd _end = new();

    private readonly CancellationTokenSource _gone = new();

    public CancellationToken Disconnected => _gone.Token;

    public string? TimedOut { get; private set; }

    /// <summary>Whether application code runs or has run.</summary>
    public bool HasBegun { get; private set; }

    protected Exchange Exchange => exchange;

    protected AsgiScope Scope => scope;

    /// <summary>Judges the peer's events. Used by one at a time, as they come.</summary>
    protected DriverRules Rules { get; } = new(scope);

    public static ExchangeDriver For(Exchange exchange, AsgiScope scope) =>
        scope is HttpScope ? new RequestExchangeDriver(exchange, scope) : new SocketExchangeDriver(exchange, scope);

    public bool TryBegin()
    {
        if (!exchange.Accept(this))
        {
            return false;
        }

        HasBegun = true;
        Begin();
        return true;
    }

    /// <summary>The instance has ended: nobody receives any more.</summary>
    public void Close() => Drop(DriverRules.Lost(scope));

    public abstract ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken);

    public async ValueTask SendAsync(AsgiEvent message, SendVerdict verdict, CancellationToken cancellationToken)
    {
        if (_gone.IsCancellationRequested)
        {
            throw new ClientDisconnectedException();
        }

        var last = _end.Take(message);
        try
        {
            await ForwardAsync(message, verdict, cancellationToken).ConfigureAwait(false);
        }
        catch (ExchangeEndedException ended)
        {
            throw new ClientDisconnectedException("The driver has left.", ended);
        }
        catch (EventTooLargeException tooLarge)
        {
            throw new InvalidAsgiEventException(message.Type, tooLarge.Message);
        }
        catch (InvalidMessageException invalid)
        {
            throw new InvalidAsgiEventException(message.Type, invalid.Message);
        }

        if (last is not null)
        {
            Complete(last);
        }
    }

    void IExchangeObserver.Accepted(Exchange accepted)
    {
    }

    void IExchangeObserver.Broken(Exchange broken)
    {
        var ending = broken.Ending!;
        TimedOut = ending is { Kind: ExchangeEndingKind.Reset, ResetCode: V1.ResetCode.TimedOut } ? ending.Reason : null;
        Leave(DisconnectOf(ending));
    }

    /// <summary>Starts what waits for the peer's events.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>The application has sent its last event: <paramref name="last"/> answers its next receive.</summary>
    protected abstract void Complete(AsgiEvent last);

    /// <summary>The peer has left: <paramref name="last"/> answers every receive from now on.</summary>
    protected abstract void Drop(AsgiEvent last);

    protected void Leave(AsgiEvent last)
    {
        Drop(last);
        _gone.Cancel();
    }

    /// <summary>The peer's client has left in an orderly way; what came before it is still to be received.</summary>
    protected void LeaveInOrder() => _gone.Cancel();

    /// <summary>Makes the event of what the peer sent, and judges it. Null when the peer broke a rule: the exchange is over.</summary>
    protected AsgiEvent? Read(in Received received, out bool isDisconnect)
    {
        isDisconnect = false;
        try
        {
            var message = received.Kind == ReceivedKind.Body
                ? new HttpRequestEvent { Body = received.Data, MoreBody = received.More }
                : EventMapping.FromMessage(Parse(received.Data));
            isDisconnect = Rules.Take(message);
            return message;
        }
        catch (Exception error) when (error is InvalidMessageException or InvalidProtocolBufferException)
        {
            exchange.Reset(V1.ResetCode.Violation, error.Message);
            return null;
        }
    }

    private static V1.ReceiveEvent Parse(ReadOnlyMemory<byte> data) => V1.ReceiveEvent.Parser.ParseFrom(data.Span);

    private AsgiEvent DisconnectOf(ExchangeEnding ending)
    {
        if (ending.Event is { } message)
        {
            try
            {
                var disconnect = EventMapping.FromMessage(message);
                if (DisconnectEvents.Includes(disconnect, scope))
                {
                    return disconnect;
                }
            }
            catch (InvalidMessageException)
            {
                // The plain one will do: the exchange is over in any case.
            }
        }

        return DriverRules.Lost(scope);
    }

    private ValueTask ForwardAsync(AsgiEvent message, SendVerdict verdict, CancellationToken cancellationToken)
    {
        if (message is HttpResponseBodyEvent { Extra.Count: 0 } body)
        {
            // Nobody would see the body of an answer to HEAD.
            var bytes = verdict == SendVerdict.ForwardWithoutBody ? default : body.BodyOrDefault;
            return exchange.SendAsync(V1.PayloadKind.Body, bytes, body.MoreBodyOrDefault, cancellationToken);
        }

        if (message is HttpResponsePathSendEvent file)
        {
            // The file is here, and not at the front.
            return verdict == SendVerdict.ForwardWithoutBody
                ? exchange.SendAsync(V1.PayloadKind.Body, default, more: false, cancellationToken)
                : FileParts.SendAsync(file.Path, (part, more, token) => exchange.SendAsync(V1.PayloadKind.Body, part, more, token), cancellationToken);
        }

        var data = EventMapping.ToSendMessage(message).ToByteArray();
        return exchange.SendOwnedAsync(V1.PayloadKind.Event, data, more: false, cancellationToken);
    }
}
