using Bridge.Bench.Bare;
using Grpc.Core;

namespace Bridge.Bench.BarePeer;

internal sealed class BareEchoService : BareEcho.BareEchoBase
{
    public override Task<BareMessage> Unary(BareMessage request, ServerCallContext context) => Task.FromResult(request);

    public override async Task Exchange(
        IAsyncStreamReader<BareMessage> requestStream, IServerStreamWriter<BareMessage> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await responseStream.WriteAsync(requestStream.Current);
        }
    }
}
