using System.Diagnostics.CodeAnalysis;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Workers;

namespace Bridge.Server.Callables;

/// <summary>
/// One attempt to run a call at a session of a worker: passes on what the worker says as it comes, each event when the caller
/// has room for it, so that a caller that reads slowly slows the function and nobody else.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle, and the session may still come to it.")]
internal sealed class SessionCallee(WorkerConnection connection, OfferedPlaces? place, RoutedCall call) : IExchangeObserver
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends a send to the caller that nothing more comes of.</summary>
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Whether a session has it, which says when its place is free.</summary>
    public bool WasOpened { get; private set; }

    public async Task<CallEnding> RunAsync()
    {
        var session = connection.Session;
        var status = session.Open(call.NextTarget(), call.Head, state: this, out var opened, this);
        if (status != OpenStatus.Opened)
        {
            return RefusalOf(status, session.Name);
        }

        WasOpened = true;
        var exchange = opened!;
        using (call.Left.UnsafeRegister(_ => OnLeft(exchange), null))
        {
            while (await exchange.ReceiveAsync() is { Kind: ReceivedKind.Event } received)
            {
                if (!await call.TryTakeAsync(received.Data, _stop.Token))
                {
                    exchange.Reset(ResetCode.Violation, "An event of a call is none, or comes behind the last one.");
                }
            }
        }

        return EndingOf(exchange.Ending!) with { Returned = _over.Task };
    }

    /// <summary>The function has really returned, or has never been called, or its session has ended.</summary>
    public void OnOver(Exchange exchange)
    {
        connection.OnCallOver(place, wasRefused: exchange.Ending!.Kind == ExchangeEndingKind.Refused);
        _over.TrySetResult();
    }

    void IExchangeObserver.Accepted(Exchange exchange) => call.TryAccept(quietly: false);

    void IExchangeObserver.Broken(Exchange exchange) => _stop.Cancel();

    private static CallEnding RefusalOf(OpenStatus status, string session) => status switch
    {
        OpenStatus.HeadTooLarge => CallEnding.Refused(RefusedCode.HeadTooLarge, $"The argument is larger than the peer of the session {session} takes."),
        OpenStatus.TooDeep => CallEnding.Refused(RefusedCode.TooDeep, $"The path is longer than the peer of the session {session} takes."),
        OpenStatus.Full => CallEnding.Refused(RefusedCode.Overloaded, $"The peer of the session {session} takes no more calls."),
        _ => CallEnding.Refused(RefusedCode.Draining, $"The session {session} takes no calls."),
    };

    private void OnLeft(Exchange exchange)
    {
        var leaving = call.Leaving!;
        exchange.Reset(leaving.Code, leaving.Reason);
        _stop.Cancel();
    }

    private CallEnding EndingOf(ExchangeEnding ending)
    {
        if (call.Answer is { } answer)
        {
            return CallEnding.Answered(answer);
        }

        return ending.Kind switch
        {
            ExchangeEndingKind.Refused => CallEnding.Refused(ending.RefusedCode, ending.Reason),
            ExchangeEndingKind.NotSent => CallEnding.Refused(RefusedCode.Draining, ending.Reason),
            ExchangeEndingKind.Ended => CallEnding.Lost(
                $"The function's process ended the call without a result (session {connection.Session.Name}).{(ending.Reason.Length > 0 ? " " + ending.Reason : "")}"),
            _ => CallEnding.Lost(ending.Reason.Length > 0 ? ending.Reason : $"The call was broken off (session {connection.Session.Name})."),
        };
    }
}
