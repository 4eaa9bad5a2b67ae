using Bridge.Protocol;
using Bridge.Protocol.V1;
using Bridge.Server.Access;
using Bridge.Server.Callables.Serving;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using Bridge.Server.Workers.Serving;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Callables;

/// <summary>Calls of callables, and callables, for programs with stubs alone; docs/protocol.md is the contract. One object serves all calls.</summary>
internal sealed class CallableService(
    CallRouter router,
    CallDrain drain,
    CallableDirectory directory,
    CallRequests requests,
    CallContext context,
    ServeCalls serveCalls,
    ServeContext serve,
    IOptions<GrpcOptions> options) : Protocol.V1.CallableService.CallableServiceBase
{
    private const string Stopping = "The bridge is stopping.";

    [NeedsToken]
    public override async Task<CallResponse> Call(CallRequest request, ServerCallContext callContext)
    {
        if (drain.HasBegun && request.Path.Count == 0)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, Stopping));
        }

        CallTarget target;
        ReadOnlyMemory<byte> head;
        try
        {
            target = requests.TargetOf(request, callContext.Deadline);
            head = requests.HeadOf(request);
        }
        catch (InvalidMessageException invalid)
        {
            throw new RpcException(StatusText.Fit(StatusCode.InvalidArgument, invalid.Message));
        }
        catch (LimitReachedException limit)
        {
            context.BridgeMetrics.Reached(limit.Limit);
            throw new RpcException(StatusText.Fit(StatusCode.ResourceExhausted, limit.Message));
        }

        if (directory.KindOf(request.Callable) == CallableKind.Stream)
        {
            throw new RpcException(StatusText.Fit(StatusCode.Unimplemented, $"The callable {request.Callable} is a stream: those need a session."));
        }

        var origin = new LocalOrigin($"CallableService.Call of {callContext.Peer}", owner: null, onItem: null, callContext.CancellationToken);
        _ = router.RunAsync(target, head, origin);
        return Answer(await origin.Answer);
    }

    [NeedsToken]
    public override Task<ListResponse> List(ListRequest request, ServerCallContext callContext)
    {
        var response = new ListResponse();
        response.Callables.AddRange(directory.List());
        return Task.FromResult(response);
    }

    [NeedsToken]
    public override async Task Serve(
        IAsyncStreamReader<CallableServiceServeRequest> requestStream,
        IServerStreamWriter<CallableServiceServeResponse> responseStream,
        ServerCallContext callContext) => callContext.Status = await serveCalls.RunAsync(
            name => new CallableServeCall(name, serve, directory, requestStream, responseStream, callContext), callContext);

    private CallResponse Answer(in CallAnswer answer)
    {
        if (CallStatus.Of(answer) is { } status)
        {
            throw new RpcException(StatusText.Fit(status.StatusCode, status.Detail));
        }

        var response = new CallResponse { Event = answer.Event };
        if (response.CalculateSize() <= options.Value.MaxMessageBytes)
        {
            return response;
        }

        context.BridgeMetrics.Reached(Limit.MessageBytes);
        throw new RpcException(new Status(
            StatusCode.ResourceExhausted,
            $"The result is larger than {options.Value.MaxMessageBytes} bytes ({GrpcOptions.Section}:{nameof(GrpcOptions.MaxMessageBytes)})."));
    }
}
