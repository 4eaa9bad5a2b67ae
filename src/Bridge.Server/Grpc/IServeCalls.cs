using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Grpc;

/// <summary>Serves workers that need no more than generated stubs. Safe for concurrent use.</summary>
internal interface IServeCalls
{
    /// <summary>Serves one call of <c>ApplicationService.Serve</c> to its end. Never throws for what the worker does.</summary>
    /// <returns>The status of the call.</returns>
    Task<Status> RunAsync(
        IAsyncStreamReader<V1.ApplicationServiceServeRequest> requests,
        IServerStreamWriter<V1.ApplicationServiceServeResponse> responses,
        ServerCallContext context);
}
