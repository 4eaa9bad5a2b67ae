using System.Diagnostics;
using Bridge.Protocol.Sessions.Wire;
using Grpc.Net.Client;

namespace Bridge.Protocol.Bench;

/// <summary>Small exchanges on one duplex call to a <see cref="BatchedStreamService"/> in another process.</summary>
public static class BatchedStreamLoad
{
    /// <summary>Keeps so many exchanges in flight until the time is up; gives the exchanges a second.</summary>
    public static async Task<double> ExchangesAsync(GrpcChannel channel, int concurrency, TimeSpan time)
    {
        using var end = new CancellationTokenSource(time);
        var watch = Stopwatch.StartNew();
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(SessionMethods.Client, host: null, default);
        var (exchanges, _) = await BareMultiplexer.AskAsync(new GrpcClientEnd(call), concurrency, end.Token);
        return exchanges / watch.Elapsed.TotalSeconds;
    }
}
