using Grpc.Contracts.Tests.Protos;
using Grpc.Core;

namespace Grpc.Contracts.Tests.Calls;

/// <summary>Does what the commands of Protos/probe.proto say.</summary>
internal sealed class ProbeService(ProbeSignals signals) : Probe.ProbeBase
{
    public override async Task<ProbeResponse> Unary(ProbeRequest request, ServerCallContext context)
    {
        await Obey(request, context);
        return new ProbeResponse { Text = request.Text };
    }

    public override async Task<ProbeResponse> ClientStream(IAsyncStreamReader<ProbeRequest> requestStream, ServerCallContext context)
    {
        var texts = new List<string>();
        while (await requestStream.MoveNext())
        {
            await Obey(requestStream.Current, context);
            texts.Add(requestStream.Current.Text);
        }

        return new ProbeResponse { Text = string.Join(',', texts) };
    }

    public override async Task ServerStream(
        ProbeRequest request, IServerStreamWriter<ProbeResponse> responseStream, ServerCallContext context)
    {
        for (var number = 0; number < request.Count; number++)
        {
            await responseStream.WriteAsync(new ProbeResponse { Text = $"{request.Text}{number}" }, context.CancellationToken);
        }

        await Obey(request, context);
    }

    public override async Task Duplex(
        IAsyncStreamReader<ProbeRequest> requestStream, IServerStreamWriter<ProbeResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await Obey(request, context);
            await responseStream.WriteAsync(new ProbeResponse { Text = request.Text });
        }
    }

    private async Task Obey(ProbeRequest request, ServerCallContext context)
    {
        switch (request.Command)
        {
            case Command.Fail:
                throw new RpcException(
                    new Status(StatusCode.Aborted, $"no {request.Text}"),
                    new Metadata { { "why", "asked to" }, { "why-bin", [0, 255] } });

            case Command.Raise:
                throw new InvalidOperationException(request.Text);

            case Command.Abort:
                context.GetHttpContext().Abort();
                break;

            case Command.Wait:
                await WaitForCancellation(context);
                break;

            case Command.MirrorMetadata:
                await MirrorMetadata(context);
                break;
        }
    }

    private async Task WaitForCancellation(ServerCallContext context)
    {
        signals.Deadline = context.Deadline;
        signals.Waiting.TrySetResult();
        await using var registration = context.CancellationToken.Register(() => signals.Cancelled.TrySetResult());
        await signals.Cancelled.Task;
        context.CancellationToken.ThrowIfCancellationRequested();
    }

    private static async Task MirrorMetadata(ServerCallContext context)
    {
        var mirrored = context.RequestHeaders.Where(entry => entry.Key.StartsWith("x-", StringComparison.Ordinal)).ToList();
        var headers = new Metadata();
        mirrored.ForEach(headers.Add);
        mirrored.ForEach(context.ResponseTrailers.Add);
        await context.WriteResponseHeadersAsync(headers);
    }
}
