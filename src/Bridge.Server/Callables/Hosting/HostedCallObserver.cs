using Asgiref.Core.Callables.Incoming;
using Bridge.Server.Metrics;

namespace Bridge.Server.Callables.Hosting;

/// <summary>Counts and logs what the hosted callables' registry reports.</summary>
internal sealed class HostedCallObserver(CallContext context) : CallableObserver
{
    public override void Reached(CallableLimit limit) => context.BridgeMetrics.Reached(limit switch
    {
        CallableLimit.CallTime => Limit.CallTime,
        CallableLimit.AnswerTime => Limit.AnswerTime,
        CallableLimit.CallDepth => Limit.CallDepth,
        CallableLimit.ContextValues => Limit.ContextValues,
        CallableLimit.ThreadContexts => Limit.ThreadContexts,
        _ => Limit.CallableCalls,
    });

    public override void TransportRaised(Exception error, string callable) => Log.AnswerFailed(context.Logger, error, callable);
}
