using System.Runtime.CompilerServices;
using Asgiref.Core.Callables.Transport;
using Bridge.Protocol.Sessions;
using Google.Protobuf;

namespace Bridge.Protocol.Calls;

/// <summary>
/// Carries calls out of this process over one session: the opener's side of docs/protocol.md, "Calls". Safe for concurrent
/// use.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="peer">The id of this process in paths.</param>
/// <param name="time">The clock of the calls' times.</param>
internal sealed class SessionCalls(Session session, Guid peer, TimeProvider time) : ICallTransport
{
    public Guid Peer => peer;

    /// <summary>The session.</summary>
    public Session Session => session;

    public async Task<CallOutcome> CallAsync(CallRequest request, Func<CallPayload, ValueTask>? onItem, CancellationToken cancellationToken)
    {
        var attempt = await TryCallAsync(new PreparedCall(request), onItem, cancellationToken).ConfigureAwait(false);
        return attempt.Outcome;
    }

    public void EndThreadContext(Guid context) => session.EndThreadContext(context);

    /// <summary>
    /// Makes a call, or tells that it never left: then it may be made over another session. Otherwise as
    /// <see cref="CallAsync"/>.
    /// </summary>
    public ValueTask<CallAttempt> TryCallAsync(PreparedCall call, Func<CallPayload, ValueTask>? onItem, CancellationToken cancellationToken)
    {
        var request = call.Request;
        if (cancellationToken.IsCancellationRequested)
        {
            return new ValueTask<CallAttempt>(Failed(CallFailureKind.Cancelled, ""));
        }

        OpenStatus status;
        Exchange? exchange;
        try
        {
            status = session.Open(call.Target, call.Head, state: null, out exchange);
        }
        catch (Exception error) when (error is InvalidMessageException or ArgumentException)
        {
            return new ValueTask<CallAttempt>(Failed(CallFailureKind.BadArgument, $"'{request.Callable}' cannot be called so: {error.Message}"));
        }

        if (exchange is null)
        {
            return new ValueTask<CallAttempt>(new CallAttempt(
                CallOutcome.Failed(CallEndings.Of(status, session.Name, request.Callable, call.Head.Length, session.Peer)),
                CallEndings.MayGoElsewhere(status)));
        }

        return ReadAsync(exchange, request, onItem, cancellationToken);
    }

    private static CallAttempt Failed(CallFailureKind kind, string message) => CallOutcome.Failed(new CallFailure(kind, message));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CallAttempt> ReadAsync(
        Exchange exchange, CallRequest request, Func<CallPayload, ValueTask>? onItem, CancellationToken cancellationToken)
    {
        var began = request.Timeout is null ? 0 : time.GetTimestamp();
        try
        {
            while (true)
            {
                var received = await exchange.ReceiveAsync(cancellationToken).ConfigureAwait(false);
                if (received.Kind == ReceivedKind.End)
                {
                    return OfEnding(exchange, request);
                }

                if (Read(exchange, request, received.Data, onItem is not null, out var item) is { } outcome)
                {
                    // Usually the end has come with it.
                    exchange.ExpectEnd();
                    return outcome;
                }

                if (item is { } next && onItem is not null)
                {
                    await onItem(next).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            var timedOut = request.Timeout is { } limit && time.GetElapsedTime(began) >= limit;
            exchange.Reset(
                timedOut ? V1.ResetCode.TimedOut : V1.ResetCode.Gone,
                timedOut ? "The time of the call has passed, and nothing was heard of it." : "The caller does not wait any more.");
            return Failed(CallFailureKind.Cancelled, "");
        }
        catch (Exception)
        {
            // The taker of the items.
            exchange.Reset(V1.ResetCode.Gone, "The caller does not take the items.");
            throw;
        }
    }

    /// <summary>Reads an event: the outcome, or an item.</summary>
    private static CallOutcome? Read(
        Exchange exchange, CallRequest request, ReadOnlyMemory<byte> data, bool takesItems, out CallPayload? item)
    {
        item = null;
        string problem;
        try
        {
            var message = V1.CallEvent.Parser.ParseFrom(data.Span);
            switch (message.KindCase)
            {
                case V1.CallEvent.KindOneofCase.Item when takesItems:
                    item = CallMapping.FromMessage(message.Item);
                    return null;
                case V1.CallEvent.KindOneofCase.Result or V1.CallEvent.KindOneofCase.Error:
                    return CallMapping.ToOutcome(message, request.Callable);
                case V1.CallEvent.KindOneofCase.Item:
                    problem = "it is a stream and was not called as one";
                    break;
                default:
                    problem = "its answer is of no known kind";
                    break;
            }
        }
        catch (InvalidProtocolBufferException error)
        {
            problem = $"its answer cannot be read: {error.Message}";
        }

        problem = $"The process of '{request.Callable}' broke a rule: {problem}";
        exchange.Reset(V1.ResetCode.Violation, problem);
        return CallOutcome.Failed(new CallFailure(CallFailureKind.Lost, problem));
    }

    private CallAttempt OfEnding(Exchange exchange, CallRequest request)
    {
        var ending = exchange.Ending!;
        // What was on its way when the peer began to drain never ran; another session may take it.
        var elsewhere = ending.Kind == ExchangeEndingKind.NotSent
            || (ending is { Kind: ExchangeEndingKind.Refused, RefusedCode: V1.RefusedCode.Draining } && session.PeerDrains);
        return new CallAttempt(CallOutcome.Failed(CallEndings.Of(request.Callable, ending)), elsewhere);
    }
}
