using Bridge.Protocol;
using Bridge.Protocol.Mapping;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using Bridge.Server.Sessions;
using Google.Protobuf;

namespace Bridge.Server.Callables;

/// <summary>Makes calls of the requests of <c>CallableService.Call</c>: the bridge is who makes them, and waits. Safe for concurrent use.</summary>
internal sealed class CallRequests(BridgeNode node, CallContext context)
{
    /// <exception cref="InvalidMessageException">An id, or the name, is wrong.</exception>
    /// <exception cref="LimitReachedException">The path is too long.</exception>
    public CallTarget TargetOf(CallRequest request, DateTime deadline)
    {
        var target = new CallTarget { Callable = request.Callable, ThreadContext = request.ThreadContext, TimeoutMs = TimeUntil(deadline) };
        target.Path.AddRange(request.Path);
        target.Path.Add(new CallStep { Call = WireId.ToBytes(Guid.NewGuid()), Peer = WireId.ToBytes(node.Value) });
        if (target.Path.Count > context.Options.CallDepth)
        {
            throw new LimitReachedException(
                Limit.CallDepth,
                $"The path has {request.Path.Count} calls; with this one at most {context.Options.CallDepth} are taken ({CallableOptions.Section}:{nameof(CallableOptions.CallDepth)}).");
        }

        return CallRules.ProblemOf(target) is { } problem ? throw new InvalidMessageException("call", problem) : target;
    }

    /// <exception cref="InvalidMessageException">The values of the context bag cannot be read.</exception>
    /// <exception cref="LimitReachedException">They are too large.</exception>
    public ReadOnlyMemory<byte> HeadOf(CallRequest request)
    {
        if (request.Head?.Context is { } values)
        {
            ValueMapping.FromMessage(new Value { MapValue = values }, "head.context");
            if (values.CalculateSize() is var size && size > context.Options.ContextValues)
            {
                throw new LimitReachedException(
                    Limit.ContextValues,
                    $"The context bag's values have {size} bytes; at most {context.Options.ContextValues} are taken ({CallableOptions.Section}:{nameof(CallableOptions.ContextValues)}).");
            }
        }

        return (request.Head ?? new CallHead()).ToByteArray();
    }

    private ulong TimeUntil(DateTime deadline)
    {
        if (deadline == DateTime.MaxValue)
        {
            return 0;
        }

        var rest = deadline - context.Clock.GetUtcNow().UtcDateTime;
        return rest > TimeSpan.Zero ? Math.Max(1, (ulong)rest.TotalMilliseconds) : 1;
    }
}
