using Bridge.Bench.Bare;
using Bridge.Client.Callables;
using Google.Protobuf;
using Grpc.Net.Client;

namespace Bridge.Bench;

/// <summary>
/// Calls of functions in other processes, each caller with one under way: with the SDK over one session, and as bare unary
/// rpcs on one connection. 100 bytes that come back.
/// </summary>
internal sealed class CallLoad(BridgeCaller caller, GrpcChannel bare)
{
    private static readonly byte[] Argument = new byte[100];

    private readonly BareEcho.BareEchoClient _bare = new(bare);

    /// <summary>Calls of a callable, wherever the bridge finds it.</summary>
    public Task<double> CallsAsync(string callable, int callers, TimeSpan time)
    {
        var echo = caller.Callables.SyncToAsync<byte[], byte[]>(callable);
        return MeasureAsync(callers, time, async () => (await echo.InvokeAsync(Argument)).Length);
    }

    /// <summary>One unary rpc for each call, with nothing behind it.</summary>
    public Task<double> UnaryAsync(int callers, TimeSpan time) => MeasureAsync(callers, time, async () =>
    {
        var answer = await _bare.UnaryAsync(new BareMessage { Payload = UnsafeByteOperations.UnsafeWrap(Argument) });
        return answer.Payload.Length;
    });

    private static Task<double> MeasureAsync(int callers, TimeSpan time, Func<Task<int>> call) =>
        StreamLoad.MeasureAsync(callers, time, async hasTime =>
        {
            long count = 0;
            for (; hasTime(); count++)
            {
                var length = await call();
                if (length != Argument.Length)
                {
                    throw new InvalidOperationException($"A call gave {length} bytes.");
                }
            }

            return count;
        });
}
