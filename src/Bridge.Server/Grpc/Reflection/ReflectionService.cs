using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Question = Grpc.Reflection.V1.ServerReflectionRequest.MessageRequestOneofCase;

namespace Bridge.Server.Grpc.Reflection;

/// <summary>grpc.reflection.v1: the contract for generic tools such as grpcurl.</summary>
internal sealed class ReflectionService(IHostApplicationLifetime lifetime) : ServerReflection.ServerReflectionBase
{
    private static readonly DescriptorIndex Index = new(
    [
        Protocol.V1.ApplicationService.Descriptor,
        Protocol.V1.SessionService.Descriptor,
        Protocol.V1.CallableService.Descriptor,
        Protocol.V1.StatelessService.Descriptor,
        global::Grpc.Health.V1.Health.Descriptor,
        ServerReflection.Descriptor,
    ]);

    /// <summary>An open call would hold up the stop, so it ends with it.</summary>
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            while (await requestStream.MoveNext(ended.Token))
            {
                await responseStream.WriteAsync(Answer(requestStream.Current), ended.Token);
            }
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            context.Status = new Status(StatusCode.Unavailable, "The bridge is stopping.");
        }
    }

    private static ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var response = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case Question.FileByFilename:
                AnswerFile(response, Index.FindFile(request.FileByFilename), request.FileByFilename);
                break;
            case Question.FileContainingSymbol:
                AnswerFile(response, Index.FindSymbol(request.FileContainingSymbol), request.FileContainingSymbol);
                break;
            case Question.FileContainingExtension:
                var extension = request.FileContainingExtension;
                AnswerFile(
                    response,
                    Index.FindExtension(extension.ContainingType, extension.ExtensionNumber),
                    $"{extension.ContainingType}[{extension.ExtensionNumber}]");
                break;
            case Question.AllExtensionNumbersOfType when Index.FindExtensions(request.AllExtensionNumbersOfType) is { } numbers:
                response.AllExtensionNumbersResponse = new ExtensionNumberResponse
                {
                    BaseTypeName = request.AllExtensionNumbersOfType,
                    ExtensionNumber = { numbers },
                };
                break;
            case Question.AllExtensionNumbersOfType:
                AnswerError(response, StatusCode.NotFound, $"\"{request.AllExtensionNumbersOfType}\" is not known.");
                break;
            case Question.ListServices:
                response.ListServicesResponse = new ListServiceResponse();
                response.ListServicesResponse.Service.AddRange(Index.Services.Select(name => new ServiceResponse { Name = name }));
                break;
            default:
                AnswerError(response, StatusCode.InvalidArgument, "The request asks nothing.");
                break;
        }

        return response;
    }

    private static void AnswerFile(ServerReflectionResponse response, FileDescriptor? file, string name)
    {
        if (file is null)
        {
            AnswerError(response, StatusCode.NotFound, $"\"{name}\" is not known.");
            return;
        }

        response.FileDescriptorResponse = new FileDescriptorResponse();
        response.FileDescriptorResponse.FileDescriptorProto.AddRange(DescriptorIndex.WithImports(file).Select(each => each.SerializedData));
    }

    private static void AnswerError(ServerReflectionResponse response, StatusCode code, string message) =>
        response.ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = message };
}
