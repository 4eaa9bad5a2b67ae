using Asgiref.Core.Callables.Transport;
using Bridge.Protocol.Sessions;

namespace Bridge.Protocol.Calls;

/// <summary>
/// Carries calls out of this process over one session: the opener's side of docs/protocol.md, "Calls". Safe for concurrent
/// use.
/// </summary>
/// <param name="session">The session.</param>
/// <param name="time">The clock of the calls' times.</param>
internal sealed class SessionCalls(Session session, TimeProvider time)
{
    /// <summary>The session.</summary>
    public Session Session => session;

    /// <summary>Makes a call that has one answer. Tells the call its end, or the detour that it never left.</summary>
    public void Send(IOutgoingCall call, ICallDetour detour)
    {
        var sent = new SessionCall(this, call, detour);
        call.WatchCaller(sent);
        if (call.HasCallerLeft)
        {
            return;
        }

        if (TryOpen(new PreparedCall(call.Request), sent, out _) is { } attempt)
        {
            sent.End(attempt);
        }
        else if (call.HasCallerLeft)
        {
            // It may have been told before there was an exchange.
            sent.CallerLeft();
        }
    }

    public void EndThreadContext(Guid context) => session.EndThreadContext(context);

    /// <summary>Makes a call, or tells that it never left: then it may be made over another session.</summary>
    /// <param name="call">The call.</param>
    /// <param name="onItem">Takes the items of a stream; null for a call that is none.</param>
    /// <param name="cancellationToken">Fires when the caller leaves: then the callee is told, and the call ends as cancelled.</param>
    public ValueTask<CallAttempt> TryCallAsync(PreparedCall call, Func<CallPayload, ValueTask>? onItem, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new ValueTask<CallAttempt>(Failed(CallFailureKind.Cancelled, ""));
        }

        return TryOpen(call, callback: null, out var exchange) is { } failed
            ? new ValueTask<CallAttempt>(failed)
            : ReadAsync(exchange!, call.Request, onItem, cancellationToken);
    }

    /// <returns>Why it was not opened; null if it was.</returns>
    private CallAttempt? TryOpen(PreparedCall call, SessionCall? callback, out Exchange? exchange)
    {
        exchange = null;
        OpenStatus status;
        try
        {
            status = session.Open(call.Target, call.Head, state: null, out exchange, observer: null, callback);
        }
        catch (Exception error) when (error is InvalidMessageException or ArgumentException)
        {
            return Failed(CallFailureKind.BadArgument, $"'{call.Request.Callable}' cannot be called so: {error.Message}");
        }

        if (exchange is not null)
        {
            return null;
        }

        var failure = CallEndings.Of(status, session.Name, call.Request.Callable, call.Head.Length, session.Peer);
        return new CallAttempt(CallOutcome.Failed(failure), CallEndings.MayGoElsewhere(status));
    }

    private static CallAttempt Failed(CallFailureKind kind, string message) => CallOutcome.Failed(new CallFailure(kind, message));

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
                    return CallAnswers.OfEnding(exchange, session, request);
                }

                if (CallAnswers.Read(exchange, request, received.Data, onItem is not null, out var item) is { } outcome)
                {
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
            CallAnswers.Leave(exchange, timePassed: request.Timeout is { } limit && time.GetElapsedTime(began) >= limit);
            return Failed(CallFailureKind.Cancelled, "");
        }
        catch (Exception)
        {
            // The taker of the items.
            exchange.Reset(V1.ResetCode.Gone, "The caller does not take the items.");
            throw;
        }
    }
}
