using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;

namespace Bridge.Server.Tests.Grpc;

public sealed class ReflectionTests
{
    private const string ServiceFile = "asgi_bridge/v1/application_service.proto";

    /// <summary>The service under its earlier name, as older tools call it.</summary>
    private static readonly Method<ServerReflectionRequest, ServerReflectionResponse> Alpha = new(
        MethodType.DuplexStreaming,
        "grpc.reflection.v1alpha.ServerReflection",
        "ServerReflectionInfo",
        Marshallers.Create(message => message.ToByteArray(), ServerReflectionRequest.Parser.ParseFrom),
        Marshallers.Create(message => message.ToByteArray(), ServerReflectionResponse.Parser.ParseFrom));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_names_of_the_service_list_what_there_is(bool alpha)
    {
        var answer = await AskAsync(new ServerReflectionRequest { Host = "here", ListServices = "*" }, alpha);

        Assert.Equal("here", answer.ValidHost);
        Assert.Equal(
            ["asgi_bridge.v1.ApplicationService", "asgi_bridge.v1.SessionService", "asgi_bridge.v1.CallableService", "asgi_bridge.v1.StatelessService", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"],
            answer.ListServicesResponse.Service.Select(service => service.Name));
    }

    [Theory]
    [InlineData("asgi_bridge.v1.ApplicationService", ServiceFile)]
    [InlineData("asgi_bridge.v1.ApplicationService.Run", ServiceFile)]
    [InlineData("asgi_bridge.v1.CallableService.Call", "asgi_bridge/v1/callable_service.proto")]
    [InlineData("asgi_bridge.v1.HttpScope", "asgi_bridge/v1/scope.proto")]
    [InlineData("asgi_bridge.v1.HttpScope.method", "asgi_bridge/v1/scope.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto")]
    public async Task A_symbol_leads_to_its_file_and_all_imports(string symbol, string file)
    {
        var answer = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = symbol });

        var files = answer.FileDescriptorResponse.FileDescriptorProto.ToList();
        Assert.Equal(file, FileDescriptorProto.Parser.ParseFrom(files[^1]).Name);
        FileDescriptor.BuildFromByteStrings(files);
    }

    [Fact]
    public async Task A_file_is_found_by_its_name()
    {
        var answer = await AskAsync(new ServerReflectionRequest { FileByFilename = ServiceFile });

        var files = FileDescriptor.BuildFromByteStrings(answer.FileDescriptorResponse.FileDescriptorProto);
        Assert.Equal(["Run", "Serve"], files[^1].Services.Single().Methods.Select(method => method.Name));
    }

    [Fact]
    public async Task A_type_without_extensions_has_none_and_an_unknown_one_is_not_found()
    {
        var none = await AskAsync(new ServerReflectionRequest { AllExtensionNumbersOfType = "asgi_bridge.v1.Scope" });
        Assert.Equal("asgi_bridge.v1.Scope", none.AllExtensionNumbersResponse.BaseTypeName);
        Assert.Empty(none.AllExtensionNumbersResponse.ExtensionNumber);

        ServerReflectionRequest[] unknown =
        [
            new() { AllExtensionNumbersOfType = "no.such.Type" },
            new() { FileByFilename = "no_such.proto" },
            new() { FileContainingSymbol = "no.such.Type" },
            new() { FileContainingExtension = new() { ContainingType = "asgi_bridge.v1.Scope", ExtensionNumber = 100 } },
        ];
        foreach (var request in unknown)
        {
            Assert.Equal((int)StatusCode.NotFound, (await AskAsync(request)).ErrorResponse.ErrorCode);
        }

        Assert.Equal((int)StatusCode.InvalidArgument, (await AskAsync(new ServerReflectionRequest())).ErrorResponse.ErrorCode);
    }

    private static async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request, bool alpha = false)
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var channel = host.OpenChannel();
        using var call = alpha
            ? channel.CreateCallInvoker().AsyncDuplexStreamingCall(Alpha, null, default)
            : new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(request).WithDeadline();
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline());
        Assert.Equal(request, call.ResponseStream.Current.OriginalRequest);
        return call.ResponseStream.Current;
    }
}
