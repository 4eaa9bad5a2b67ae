using Asgiref.Core.Callables;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Bridge.Protocol;
using Bridge.Protocol.Mapping;
using Bridge.Protocol.Sessions;
using Google.Protobuf;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Callables.Hosting;

/// <summary>Calls of the bridge's own functions, to messages and back. Stateless.</summary>
internal static class CallMessages
{
    public static V1.Callable ToMessage(CallableDescription description) => new()
    {
        Name = description.Name,
        Kind = description.Kind switch
        {
            CallableKind.Sync => V1.CallableKind.Sync,
            CallableKind.Async => V1.CallableKind.Async,
            _ => V1.CallableKind.Stream,
        },
        Affinity = description.Affinity == ThreadAffinity.Pooled ? V1.ThreadAffinity.Pooled : V1.ThreadAffinity.Sensitive,
        Input = description.Input,
        Output = description.Output,
    };

    public static V1.CallPayload ToMessage(CallPayload payload) =>
        new() { ContentType = payload.ContentType ?? "", Data = UnsafeByteOperations.UnsafeWrap(payload.Data) };

    public static CallPayload PayloadOf(V1.CallPayload? payload) => payload is null ? CallPayload.None : new(payload.ContentType, payload.Data.Memory);

    /// <exception cref="InvalidMessageException">The head cannot be read.</exception>
    /// <exception cref="InvalidProtocolBufferException">The same.</exception>
    public static CallRequest RequestOf(RoutedCall call)
    {
        var head = V1.CallHead.Parser.ParseFrom(call.Head.Span);
        return new CallRequest
        {
            Callable = call.Callable,
            Path = [.. call.Path.Select(step => new CallStep(step.Call, step.Peer))],
            ThreadContext = call.ThreadContext,
            Timeout = call.Remaining,
            Argument = PayloadOf(head.Argument),
            Context = head.Context is null ? ContextBagSnapshot.Empty : ContextBagSnapshot.Create(ValueMapping.FromMessage(head.Context, "head.context")),
            TraceParent = head.Traceparent.Length == 0 ? null : head.Traceparent,
            TraceState = head.Tracestate.Length == 0 ? null : head.Tracestate,
        };
    }

    public static V1.CallTarget TargetOf(CallRequest request)
    {
        var target = new V1.CallTarget { Callable = request.Callable };
        target.Path.AddRange(request.Path.Select(step => new V1.CallStep { Call = WireId.ToBytes(step.Call), Peer = WireId.ToBytes(step.Peer) }));
        if (request.ThreadContext is { } context)
        {
            target.ThreadContext = WireId.ToBytes(context);
        }

        if (request.Timeout is { } time)
        {
            target.TimeoutMs = Math.Max(1, (ulong)Math.Ceiling(Math.Max(0, time.TotalMilliseconds)));
        }

        return target;
    }

    public static V1.CallHead HeadOf(CallRequest request)
    {
        var head = new V1.CallHead { Traceparent = request.TraceParent ?? "", Tracestate = request.TraceState ?? "" };
        if (!request.Argument.IsNone)
        {
            head.Argument = ToMessage(request.Argument);
        }

        if (request.Context.Count > 0)
        {
            head.Context = new V1.MapValue();
            foreach (var (name, value) in request.Context)
            {
                head.Context.Entries[name] = ValueMapping.ToMessage(value);
            }
        }

        return head;
    }

    public static V1.CallEvent ToMessage(CallOutcome outcome)
    {
        var message = outcome.Failure is { } failure ? new V1.CallEvent { Error = ToMessage(failure) } : new V1.CallEvent { Result = ToMessage(outcome.Result) };
        if (!outcome.Changes.IsEmpty)
        {
            message.Context = new V1.ContextChange();
            if (outcome.Changes.Set.Count > 0)
            {
                message.Context.Set = ValueMapping.ToMapMessage(outcome.Changes.Set, "context.set");
            }

            message.Context.Removed.AddRange(outcome.Changes.Removed);
        }

        return message;
    }

    public static CallOutcome OutcomeOf(in CallAnswer answer)
    {
        if (answer.Event is not { } message)
        {
            var kind = answer.Refused is { } refused ? KindOf(refused)
                : answer.Broken == V1.ResetCode.TimedOut ? CallFailureKind.TimedOut
                : CallFailureKind.Lost;
            return CallOutcome.Failed(new CallFailure(kind, answer.Reason));
        }

        try
        {
            var changes = message.Context is { } change
                ? new ContextBagDelta(ValueMapping.FromMessage(change.Set, "context.set"), [.. change.Removed])
                : ContextBagDelta.None;
            return message.Error is { } error
                ? CallOutcome.Failed(FailureOf(error), changes)
                : CallOutcome.Returned(PayloadOf(message.Result), changes);
        }
        catch (InvalidMessageException invalid)
        {
            return CallOutcome.Failed(new CallFailure(CallFailureKind.BadArgument, invalid.Message));
        }
    }

    public static V1.RefusedCode CodeOf(CallFailureKind kind) => kind switch
    {
        CallFailureKind.NotFound => V1.RefusedCode.NotFound,
        CallFailureKind.Overloaded => V1.RefusedCode.Overloaded,
        CallFailureKind.Draining => V1.RefusedCode.Draining,
        CallFailureKind.TooDeep => V1.RefusedCode.TooDeep,
        CallFailureKind.TimedOut => V1.RefusedCode.TimedOut,
        CallFailureKind.BadArgument => V1.RefusedCode.InvalidHead,
        _ => V1.RefusedCode.Unsupported,
    };

    private static CallFailureKind KindOf(V1.RefusedCode code) => code switch
    {
        V1.RefusedCode.NotFound => CallFailureKind.NotFound,
        V1.RefusedCode.Overloaded => CallFailureKind.Overloaded,
        V1.RefusedCode.Draining => CallFailureKind.Draining,
        V1.RefusedCode.TooDeep => CallFailureKind.TooDeep,
        V1.RefusedCode.TimedOut => CallFailureKind.TimedOut,
        V1.RefusedCode.InvalidHead or V1.RefusedCode.HeadTooLarge => CallFailureKind.BadArgument,
        _ => CallFailureKind.Refused,
    };

    private static V1.CallError ToMessage(CallFailure failure)
    {
        var error = new V1.CallError
        {
            Kind = failure.Kind switch
            {
                CallFailureKind.Raised => V1.CallErrorKind.Raised,
                CallFailureKind.Cancelled => V1.CallErrorKind.Cancelled,
                CallFailureKind.TimedOut => V1.CallErrorKind.TimedOut,
                CallFailureKind.Deadlock => V1.CallErrorKind.Deadlock,
                CallFailureKind.BadArgument => V1.CallErrorKind.BadArgument,
                _ => V1.CallErrorKind.Lost,
            },
            Type = failure.Type,
            Message = failure.Message,
            Stack = failure.Stack ?? "",
        };
        error.Causes.AddRange(failure.Causes.Select(ToMessage));
        return error;
    }

    private static CallFailure FailureOf(V1.CallError error) => new(
        error.Kind switch
        {
            V1.CallErrorKind.Cancelled => CallFailureKind.Cancelled,
            V1.CallErrorKind.TimedOut => CallFailureKind.TimedOut,
            V1.CallErrorKind.Deadlock => CallFailureKind.Deadlock,
            V1.CallErrorKind.BadArgument => CallFailureKind.BadArgument,
            V1.CallErrorKind.Lost => CallFailureKind.Lost,
            _ => CallFailureKind.Raised,
        },
        error.Message)
    {
        Type = error.Type,
        Stack = error.Stack.Length == 0 ? null : error.Stack,
        Causes = [.. error.Causes.Select(FailureOf)],
    };
}
