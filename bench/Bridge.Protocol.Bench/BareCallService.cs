using Bridge.Protocol.V1;
using Grpc.Core;

namespace Bridge.Protocol.Bench;

/// <summary>What a unary call costs with nothing behind it: the argument comes back.</summary>
internal sealed class BareCallService : CallableService.CallableServiceBase
{
    public override Task<CallResponse> Call(CallRequest request, ServerCallContext context) =>
        Task.FromResult(new CallResponse { Event = new CallEvent { Result = request.Head.Argument } });
}
