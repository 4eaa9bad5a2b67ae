using Bridge.Protocol.V1;
using Bridge.Server.Grpc;
using Grpc.Core;

namespace Bridge.Server.Tests.Grpc;

/// <summary>For a host without workers.</summary>
internal sealed class NoServeCalls : IServeCalls
{
    public Task<Status> RunAsync(
        IAsyncStreamReader<ApplicationServiceServeRequest> requests,
        IServerStreamWriter<ApplicationServiceServeResponse> responses,
        ServerCallContext context) => Task.FromResult(new Status(StatusCode.Unimplemented, "This host has no workers."));
}
