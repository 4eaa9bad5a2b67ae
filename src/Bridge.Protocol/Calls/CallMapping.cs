using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Bridge.Protocol.Mapping;
using Bridge.Protocol.Sessions;
using Google.Protobuf;

namespace Bridge.Protocol.Calls;

/// <summary>Calls to messages and back. Stateless and safe for concurrent use.</summary>
internal static class CallMapping
{
    /// <summary>The longest time that crosses; a longer one counts as this.</summary>
    public static readonly TimeSpan LongestTime = TimeSpan.FromDays(24);

    private static Tuple<Guid, ByteString>? LastPeer;

    /// <summary>What is read to route a call.</summary>
    /// <exception cref="InvalidMessageException">The name cannot cross.</exception>
    public static V1.CallTarget ToTarget(CallRequest request)
    {
        var target = new V1.CallTarget { Callable = MappingChecks.Text(request.Callable, "call.callable"), TimeoutMs = ToMilliseconds(request.Timeout) };
        if (request.ThreadContext is { } context)
        {
            target.ThreadContext = WireId.ToBytes(context);
        }

        // Most paths have one call, and the list would begin with room for eight.
        target.Path.Capacity = request.Path.Count;
        for (var index = 0; index < request.Path.Count; index++)
        {
            var step = request.Path[index];
            target.Path.Add(new V1.CallStep { Call = WireId.ToBytes(step.Call), Peer = PeerOf(step) });
        }

        return target;
    }

    /// <summary>What the bridge passes on unread, serialized.</summary>
    /// <exception cref="InvalidMessageException">A value of the context cannot cross.</exception>
    public static byte[] ToHead(CallRequest request)
    {
        if (request is { TraceParent: null, TraceState: null, Context.Count: 0, Argument.IsNone: false }
            && PlainPayload.Write(V1.CallHead.ArgumentFieldNumber, request.Argument) is { } plain)
        {
            return plain;
        }

        var head = new V1.CallHead
        {
            Traceparent = MappingChecks.Text(request.TraceParent ?? "", "traceparent"),
            Tracestate = MappingChecks.Text(request.TraceState ?? "", "tracestate"),
        };
        if (!request.Argument.IsNone)
        {
            head.Argument = ToMessage(request.Argument);
        }

        if (request.Context.Count > 0)
        {
            head.Context = new V1.MapValue();
            foreach (var (name, value) in request.Context)
            {
                head.Context.Entries.Add(name, ValueMapping.ToMessage(value, "context"));
            }
        }

        return head.ToByteArray();
    }

    /// <summary>The call of a target that <see cref="CallRules"/> has let pass, and its head.</summary>
    /// <exception cref="InvalidMessageException">A value of the context breaks a rule.</exception>
    /// <exception cref="InvalidProtocolBufferException">The head is no message.</exception>
    public static CallRequest ToRequest(V1.CallTarget target, ReadOnlyMemory<byte> head) =>
        ToRequest(target.Callable, ToPath(target), ToThreadContext(target), ToTime(target.TimeoutMs), head);

    /// <summary>The same, of a target that has been read already.</summary>
    /// <inheritdoc cref="ToRequest(V1.CallTarget, ReadOnlyMemory{byte})"/>
    public static CallRequest ToRequest(
        string callable, IReadOnlyList<CallStep> path, Guid? threadContext, TimeSpan? timeout, ReadOnlyMemory<byte> head)
    {
        if (PlainPayload.TryRead(V1.CallHead.ArgumentFieldNumber, head, out var argument))
        {
            return new CallRequest { Callable = callable, Path = path, ThreadContext = threadContext, Timeout = timeout, Argument = argument };
        }

        var message = V1.CallHead.Parser.ParseFrom(head.Span);
        return new CallRequest
        {
            Callable = callable,
            Path = path,
            ThreadContext = threadContext,
            Timeout = timeout,
            Argument = FromMessage(message.Argument),
            Context = message.Context is { Entries.Count: > 0 } context
                ? ContextBagSnapshot.Create(ValueMapping.FromMessage(context, "context"))
                : ContextBagSnapshot.Empty,
            TraceParent = NullIfEmpty(message.Traceparent),
            TraceState = NullIfEmpty(message.Tracestate),
        };
    }

    /// <summary>The path of a target that <see cref="CallRules"/> has let pass.</summary>
    public static CallStep[] ToPath(V1.CallTarget target)
    {
        var path = new CallStep[target.Path.Count];
        for (var index = 0; index < path.Length; index++)
        {
            path[index] = new CallStep(WireId.FromBytes(target.Path[index].Call), WireId.FromBytes(target.Path[index].Peer));
        }

        return path;
    }

    /// <summary>The thread-sensitive context of a target that <see cref="CallRules"/> has let pass; null for none.</summary>
    public static Guid? ToThreadContext(V1.CallTarget target) =>
        target.ThreadContext.IsEmpty ? null : WireId.FromBytes(target.ThreadContext);

    /// <summary>
    /// The last event of a call, serialized. If what the function changed in the context cannot cross, the event tells that as
    /// the call's error.
    /// </summary>
    public static byte[] ToEvent(CallOutcome outcome, string callable)
    {
        if (outcome is { Failure: null, Changes.IsEmpty: true } && PlainPayload.Write(V1.CallEvent.ResultFieldNumber, outcome.Result) is { } plain)
        {
            return plain;
        }

        try
        {
            return ToMessage(outcome).ToByteArray();
        }
        catch (InvalidMessageException error)
        {
            return ToMessage(CallOutcome.Failed(new CallFailure(
                CallFailureKind.BadArgument, $"What '{callable}' changed in the context cannot cross: {error.Message}"))).ToByteArray();
        }
    }

    /// <summary>What the last event of a call says: its result or error.</summary>
    public static CallOutcome ToOutcome(V1.CallEvent message, string callable)
    {
        var failure = message.Error is { } error ? CallErrorMapping.FromMessage(error) : null;
        try
        {
            var changes = FromMessage(message.Context);
            return failure is null ? CallOutcome.Returned(FromMessage(message.Result), changes) : CallOutcome.Failed(failure, changes);
        }
        catch (InvalidMessageException invalid)
        {
            // An error is what the caller has to know.
            return CallOutcome.Failed(failure ?? new CallFailure(
                CallFailureKind.BadArgument, $"'{callable}' returned with changes of the context that cannot be applied: {invalid.Message}"));
        }
    }

    /// <summary>An argument, a result or an item; its bytes are not copied.</summary>
    public static V1.CallPayload ToMessage(CallPayload payload) =>
        new() { ContentType = payload.ContentType ?? "", Data = BytesMapping.ToMessage(payload.Data) };

    /// <summary>An argument, a result or an item; its bytes are not copied.</summary>
    public static CallPayload FromMessage(V1.CallPayload? payload) =>
        payload is null ? CallPayload.None : new CallPayload(payload.ContentType, payload.Data.Memory);

    /// <summary>What the function changed; null for nothing, which costs no byte.</summary>
    /// <exception cref="InvalidMessageException">A value cannot cross.</exception>
    public static V1.ContextChange? ToMessage(ContextBagDelta changes) =>
        changes.IsEmpty ? null : new V1.ContextChange
        {
            Set = ValueMapping.ToMapMessage(changes.Set, "context.set"),
            Removed = { changes.Removed.Select(static name => MappingChecks.Text(name, "context.removed")) },
        };

    /// <summary>What the function changed.</summary>
    /// <exception cref="InvalidMessageException">A value breaks a rule, or a name is both set and removed.</exception>
    public static ContextBagDelta FromMessage(V1.ContextChange? changes)
    {
        if (changes is null)
        {
            return ContextBagDelta.None;
        }

        if (changes.Set is { } set && changes.Removed.FirstOrDefault(set.Entries.ContainsKey) is { } both)
        {
            MappingChecks.Fail("context.removed", $"\"{MappingChecks.Shorten(both)}\" is also set.");
        }

        return new ContextBagDelta(ValueMapping.FromMessage(changes.Set, "context.set"), [.. changes.Removed]);
    }

    private static V1.CallEvent ToMessage(CallOutcome outcome)
    {
        var message = outcome.Failure is { } failure
            ? new V1.CallEvent { Error = CallErrorMapping.ToMessage(failure) }
            : new V1.CallEvent { Result = ToMessage(outcome.Result) };
        message.Context = ToMessage(outcome.Changes);
        return message;
    }

    /// <summary>The id of the process that made the call: usually this one, as before.</summary>
    private static ByteString PeerOf(CallStep step)
    {
        var last = Volatile.Read(ref LastPeer);
        if (last is null || last.Item1 != step.Peer)
        {
            last = Tuple.Create(step.Peer, WireId.ToBytes(step.Peer));
            Volatile.Write(ref LastPeer, last);
        }

        return last.Item2;
    }

    private static ulong ToMilliseconds(TimeSpan? timeout) => timeout switch
    {
        null => 0,
        { } time when time <= TimeSpan.Zero => 1,
        { } time => (ulong)Math.Ceiling(Math.Min(time.TotalMilliseconds, LongestTime.TotalMilliseconds)),
    };

    private static TimeSpan? ToTime(ulong milliseconds) =>
        milliseconds == 0 ? null : TimeSpan.FromMilliseconds(Math.Min(milliseconds, (ulong)LongestTime.TotalMilliseconds));

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
