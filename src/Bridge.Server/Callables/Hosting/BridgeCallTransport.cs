using Asgiref.Core.Callables.Transport;
using Bridge.Protocol;
using Bridge.Protocol.Calls;
using Bridge.Server.Sessions;
using CallTarget = Bridge.Protocol.V1.CallTarget;

namespace Bridge.Server.Callables.Hosting;

/// <summary>The way of calls out of functions of the bridge: its own router. Safe for concurrent use.</summary>
internal sealed class BridgeCallTransport(BridgeNode node, Lazy<BridgeCalls> calls) : ICallTransport
{
    public Guid Peer => node.Value;

    public void Send(IOutgoingCall call) => CarriedCall.Start(call, CallAsync);

    public void EndThreadContext(Guid context) => calls.Value.ThreadContexts.End(context, owner: this);

    private async Task<CallOutcome> CallAsync(IOutgoingCall call, CancellationToken cancellationToken)
    {
        var request = call.Request;
        var origin = new LocalOrigin(
            "a function of the bridge",
            owner: this,
            call.TakesItems ? item => call.TakeItemAsync(CallMapping.FromMessage(item)) : null,
            cancellationToken);
        CallTarget target;
        byte[] head;
        try
        {
            (target, head) = (CallMapping.ToTarget(request), CallMapping.ToHead(request));
        }
        catch (InvalidMessageException invalid)
        {
            return CallOutcome.Failed(new CallFailure(CallFailureKind.BadArgument, invalid.Message));
        }

        // Neither the caller's context nor its event loop may come along: the caller may block the loop until the call ends.
        ThreadPool.UnsafeQueueUserWorkItem(
            static call => _ = call.Router.RunAsync(call.Target, call.Head, call.Origin),
            (calls.Value.Router, Target: target, Head: head, Origin: origin),
            preferLocal: true);
        var answer = await origin.Answer.ConfigureAwait(false);
        return cancellationToken.IsCancellationRequested && answer.Event is null
            ? CallOutcome.Failed(new CallFailure(CallFailureKind.Cancelled, "The call was cancelled."))
            : OutcomeOf(answer, request.Callable);
    }

    private static CallOutcome OutcomeOf(in CallAnswer answer, string callable)
    {
        if (answer.Event is { } message)
        {
            return CallMapping.ToOutcome(message, callable);
        }

        var kind = answer.Refused is { } refused ? CallEndings.KindOf(refused) : CallEndings.KindOf(answer.Broken ?? default);
        return CallOutcome.Failed(new CallFailure(kind, answer.Reason));
    }
}
