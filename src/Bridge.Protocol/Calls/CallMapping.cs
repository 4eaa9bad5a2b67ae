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

    /// <summary>What is read to route a call.</summary>
    /// <exception cref="InvalidMessageException">The name cannot cross.</exception>
    public static V1.CallTarget ToTarget(CallRequest request)
    {
        var target = new V1.CallTarget { Callable = MappingChecks.Text(request.Callable, "call.callable"), TimeoutMs = ToMilliseconds(request.Timeout) };
        if (request.ThreadContext is { } context)
        {
            target.ThreadContext = WireId.ToBytes(context);
        }

        foreach (var step in request.Path)
        {
            target.Path.Add(new V1.CallStep { Call = WireId.ToBytes(step.Call), Peer = WireId.ToBytes(step.Peer) });
        }

        return target;
    }

    /// <summary>What the bridge passes on unread, serialized.</summary>
    /// <exception cref="InvalidMessageException">A value of the context cannot cross.</exception>
    public static byte[] ToHead(CallRequest request)
    {
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
    public static CallRequest ToRequest(V1.CallTarget target, ReadOnlySpan<byte> head)
    {
        var message = V1.CallHead.Parser.ParseFrom(head);
        var path = new CallStep[target.Path.Count];
        for (var index = 0; index < path.Length; index++)
        {
            path[index] = new CallStep(WireId.FromBytes(target.Path[index].Call), WireId.FromBytes(target.Path[index].Peer));
        }

        return new CallRequest
        {
            Callable = target.Callable,
            Path = path,
            ThreadContext = target.ThreadContext.IsEmpty ? null : WireId.FromBytes(target.ThreadContext),
            Timeout = ToTime(target.TimeoutMs),
            Argument = FromMessage(message.Argument),
            Context = message.Context is { Entries.Count: > 0 } context
                ? ContextBagSnapshot.Create(ValueMapping.FromMessage(context, "context"))
                : ContextBagSnapshot.Empty,
            TraceParent = NullIfEmpty(message.Traceparent),
            TraceState = NullIfEmpty(message.Tracestate),
        };
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
