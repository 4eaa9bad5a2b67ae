using Google.Protobuf;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Bridge.Server.Grpc.Reflection;

/// <summary>
/// What the code generator would make of <c>grpc.reflection.v1alpha</c>: the name that the service had before it became v1.
/// The messages are the same on the wire, so v1's serve.
/// </summary>
[BindServiceMethod(typeof(AlphaReflectionBase), nameof(Bind))]
internal abstract class AlphaReflectionBase
{
    private static readonly Method<ServerReflectionRequest, ServerReflectionResponse> Info = new(
        MethodType.DuplexStreaming,
        "grpc.reflection.v1alpha.ServerReflection",
        nameof(ServerReflectionInfo),
        Marshallers.Create(message => message.ToByteArray(), ServerReflectionRequest.Parser.ParseFrom),
        Marshallers.Create(message => message.ToByteArray(), ServerReflectionResponse.Parser.ParseFrom));

    public static void Bind(ServiceBinderBase binder, AlphaReflectionBase? service) =>
        binder.AddMethod(Info, service is null ? null : service.ServerReflectionInfo);

    public abstract Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requests, IServerStreamWriter<ServerReflectionResponse> responses, ServerCallContext context);
}
