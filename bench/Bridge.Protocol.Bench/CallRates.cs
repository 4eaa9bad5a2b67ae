using System.Net;
using Asgiref.Core.Callables;
using Bridge.Protocol.Calls;
using Bridge.Protocol.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Bridge.Protocol.Bench;

/// <summary>
/// Calls of a function in another process as a user makes them, from registry to registry over one session, and beside them
/// a bare unary rpc for each call; both over gRPC on loopback TCP, with the same bytes there and back.
/// </summary>
internal static class CallRates
{
    private const int PayloadBytes = 100;
    private static readonly byte[] Argument = new byte[PayloadBytes];

    /// <summary>Calls over a session. The callable is asynchronous and gives its argument back.</summary>
    public static async Task<Measurement> SessionAsync(Func<Task<ILink>> open, int concurrency, TimeSpan length)
    {
        var host = new CallableRegistry().AddAsync<byte[], byte[]>("echo", Task.FromResult);
        return await MeasureAsync(open, host, concurrency, length);
    }

    /// <summary>The same with a synchronous callable on a pool.</summary>
    public static async Task<Measurement> PooledAsync(Func<Task<ILink>> open, int concurrency, TimeSpan length)
    {
        var host = new CallableRegistry().Add<byte[], byte[]>("echo", static argument => argument, CallableSettings.Pooled);
        return await MeasureAsync(open, host, concurrency, length);
    }

    /// <summary>One unary rpc for each call, on one connection, with nothing behind it.</summary>
    public static async Task<Measurement> UnaryAsync(int concurrency, TimeSpan length)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        await using var server = builder.Build();
        server.MapGrpcService<BareCallService>();
        await server.StartAsync();
        using var channel = GrpcChannel.ForAddress(server.Urls.First());
        var client = new CallableService.CallableServiceClient(channel);
        return await RunAsync(concurrency, length, async () =>
        {
            var payload = new CallPayload { ContentType = "application/octet-stream", Data = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(Argument) };
            var response = await client.CallAsync(new CallRequest { Callable = "echo", Head = new CallHead { Argument = payload } });
            Check(response.Event.Result.Data.Length);
        });
    }

    private static async Task<Measurement> MeasureAsync(Func<Task<ILink>> open, CallableRegistry host, int concurrency, TimeSpan length)
    {
        var sessions = await BenchSessions.Start(await open(), exchange =>
        {
            if (PeerCall.Read(exchange) is { } call)
            {
                host.Host.Run(call, mayRunHere: true);
            }
        });
        var caller = new CallableRegistry();
        caller.UseDefault(new CallRoute(new SessionTransport(sessions.Client)));
        var echo = caller.SyncToAsync<byte[], byte[]>("echo");
        var measurement = await RunAsync(
            concurrency,
            length,
            async () => Check((await echo.InvokeAsync(Argument)).Length),
            () => sessions.Client.Counters.BatchesOut + sessions.Server.Counters.BatchesOut);
        await sessions.End();
        return measurement;
    }

    private static Task<Measurement> RunAsync(int concurrency, TimeSpan length, Func<Task> call, Func<long>? batches = null) => Measurement.Of(length, async end =>
    {
        var loops = Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            long count = 0;
            for (; !end.IsCancellationRequested; count++)
            {
                await call();
            }

            return count;
        })).ToArray();
        return ((await Task.WhenAll(loops)).Sum(), batches?.Invoke() ?? 0);
    });

    private static void Check(int length)
    {
        if (length != PayloadBytes)
        {
            throw new InvalidOperationException($"A call gave {length} bytes.");
        }
    }
}
