using Grpc.Core;
using Grpc.Reflection.V1;

namespace Bridge.Server.Grpc.Reflection;

/// <summary>The reflection service under its earlier name, which tools in use still ask for.</summary>
internal sealed class AlphaReflectionService(ReflectionService reflection) : AlphaReflectionBase
{
    public override Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requests,
        IServerStreamWriter<ServerReflectionResponse> responses,
        ServerCallContext context) => reflection.ServerReflectionInfo(requests, responses, context);
}
