using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Bridge.Protocol.Sessions;
using Google.Protobuf;

namespace Bridge.Protocol.Calls;

/// <summary>What the opener of a call makes of what comes: docs/protocol.md, "How it ends". Stateless and safe for concurrent use.</summary>
internal static class CallAnswers
{
    /// <summary>Reads an event: the outcome, or an item. If it breaks a rule, the exchange is broken off.</summary>
    public static CallOutcome? Read(Exchange exchange, CallRequest request, ReadOnlyMemory<byte> data, bool takesItems, out CallPayload? item)
    {
        item = null;
        if (PlainPayload.TryRead(V1.CallEvent.ResultFieldNumber, data, out var result))
        {
            ExpectEnd(exchange);
            return CallOutcome.Returned(result, ContextBagDelta.None);
        }

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
                    ExpectEnd(exchange);
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

    /// <summary>What the end of an exchange says that brought no outcome.</summary>
    public static CallAttempt OfEnding(Exchange exchange, Session session, CallRequest request)
    {
        var ending = exchange.Ending!;
        // What was on its way when the peer began to drain never ran; another session may take it.
        var elsewhere = ending.Kind == ExchangeEndingKind.NotSent
            || (ending is { Kind: ExchangeEndingKind.Refused, RefusedCode: V1.RefusedCode.Draining } && session.PeerDrains);
        return new CallAttempt(CallOutcome.Failed(CallEndings.Of(request.Callable, ending)), elsewhere);
    }

    /// <summary>Tells the callee that the caller does not wait any more.</summary>
    public static void Leave(Exchange exchange, bool timePassed) => exchange.Reset(
        timePassed ? V1.ResetCode.TimedOut : V1.ResetCode.Gone,
        timePassed ? "The time of the call has passed, and nothing was heard of it." : "The caller does not wait any more.");

    private static void ExpectEnd(Exchange exchange)
    {
        // Usually the end has come with the answer.
        if (exchange.Ending is null)
        {
            exchange.ExpectEnd();
        }
    }
}
