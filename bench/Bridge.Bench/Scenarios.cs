using Bridge.Client.Callables;
using Bridge.Protocol.Bench;
using Grpc.Net.Client;

namespace Bridge.Bench;

/// <summary>What is compared.</summary>
internal static class Scenarios
{
    public static IEnumerable<Scenario> All(BenchOptions options, ServerProcess bare, ServerProcess bridge, BridgeCaller caller)
    {
        Scenario Http(string name, string path, string? script = null) => new(
            name,
            new Leg("bridge", time => Wrk.RunAsync(bridge.Http(path), options.Concurrency, time, script)),
            new Leg("bare Kestrel", time => Wrk.RunAsync(bare.Http(path), options.Concurrency, time, script)));

        Scenario Socket(string name, string path) => new(
            name,
            new Leg("bridge", time => SocketLoad.EchoesAsync(bridge.Http(path), options.Concurrency, time)),
            new Leg("bare Kestrel", time => SocketLoad.EchoesAsync(bare.Http("/echo"), options.Concurrency, time)));

        Scenario Worker(string name, string path, int connections, string? script = null) => new(
            name,
            new Leg("bridge and worker", time => Wrk.RunAsync(bridge.Http("/worker-" + path), connections, time, script)),
            new Leg("bare Kestrel", time => Wrk.RunAsync(bare.Http("/" + path), connections, time, script)));

        yield return Worker("worker-hello", "hello", options.Concurrency);
        yield return Worker("worker-hello, one connection", "hello", connections: 1);
        yield return Worker("worker-echo, 10 KB", "echo", options.Concurrency, "post-10k.lua");
        yield return Worker("worker-download, 1 MB", "download", options.Concurrency);
        yield return Socket("worker-websocket, 100-byte echoes", "/worker-echo");
        yield return Socket("websocket, 100-byte echoes (ASGI)", "/echo");
        yield return Http("http-hello (ASGI)", "/hello");
        yield return Http("http-wsgi", "/wsgi");
        yield return Http("http-echo, 10 KB (ASGI)", "/echo", "post-10k.lua");
        yield return Http("http-download, 1 MB (ASGI)", "/download");

        var bareChannel = GrpcChannel.ForAddress(bare.GrpcAddress);
        var bridgeLoad = new RunLoad(GrpcChannel.ForAddress(bridge.GrpcAddress), options.Concurrency);
        var bareLoad = new BareLoad(bareChannel, options.Concurrency);
        yield return new Scenario(
            "Run, one GET a call",
            new Leg("bridge", bridgeLoad.ExchangesAsync),
            new Leg("bare duplex echo, one call each, the same messages", bareLoad.ExchangesAsync));
        yield return new Scenario(
            "Run, messages in open calls",
            new Leg("bridge", bridgeLoad.MessagesAsync),
            new Leg("bare duplex echo, messages in open calls", bareLoad.MessagesAsync));
        var feedLoad = new FeedLoad(GrpcChannel.ForAddress(bridge.GrpcAddress), scopes: 1000);
        yield return new Scenario(
            "Feed, 1,000 scopes",
            new Leg("bridge", feedLoad.EventsAsync),
            new Leg("bare duplex echo, the same bytes", bareLoad.FeedAsync));
        var callLoad = new CallLoad(caller, bareChannel);
        Scenario Calls(string name, int callers) => new(
            name,
            new Leg("call, function in the bridge", time => callLoad.CallsAsync("echo", callers, time)),
            new Leg("bare unary rpc", time => callLoad.UnaryAsync(callers, time)),
            new Leg("call, function in a worker", time => callLoad.CallsAsync("worker-echo", callers, time)),
            new Leg("bare batched duplex stream", time => BatchedStreamLoad.ExchangesAsync(bareChannel, callers, time)));

        yield return Calls("calls, one at a time", 1);
        yield return Calls($"calls, {options.Concurrency} at a time", options.Concurrency);
        yield return new Scenario(
            "small exchanges",
            new Leg("bridge and worker, a GET by wrk", time => Wrk.RunAsync(bridge.Http("/worker-hello"), options.Concurrency, time)),
            new Leg("bare Kestrel, a GET by wrk", time => Wrk.RunAsync(bare.Http("/hello"), options.Concurrency, time)),
            new Leg("bridge, a GET by wrk", time => Wrk.RunAsync(bridge.Http("/hello"), options.Concurrency, time)),
            new Leg("bare batched duplex stream", time => BatchedStreamLoad.ExchangesAsync(bareChannel, options.Concurrency, time)),
            new Leg("bare, one streaming rpc each", bareLoad.ExchangesAsync),
            new Leg("bare, one unary rpc each", bareLoad.UnaryAsync));

        // With more sessions the slow reader would sit on one of them and most siblings on the others.
        if (options.Sessions == 1)
        {
            yield return new Scenario(
                "slow reader, 100 siblings on its session",
                new Leg("with a slow reader", async time =>
                {
                    await using var reader = await SlowReader.StartAsync(bridge.Http("/worker-flood"));
                    return await SiblingLoad.Percentile99Async(bridge.Http("/worker-hello"), time);
                }),
                new Leg("without", time => SiblingLoad.Percentile99Async(bridge.Http("/worker-hello"), time)))
            {
                Unit = "p99, ms",
            };
        }
    }
}
