using Grpc.Net.Client;

namespace Bridge.Bench;

/// <summary>What is compared.</summary>
internal static class Scenarios
{
    public static IEnumerable<Scenario> All(BenchOptions options, ServerProcess bare, ServerProcess bridge)
    {
        Func<TimeSpan, Task<double>> Http(ServerProcess server, string path, string? script = null) =>
            time => Wrk.RunAsync(server.Http(path), options.Concurrency, time, script);

        yield return new Scenario("http-hello (ASGI)", "bare Kestrel", Http(bridge, "/hello"), Http(bare, "/hello"));
        yield return new Scenario("http-wsgi", "bare Kestrel", Http(bridge, "/wsgi"), Http(bare, "/wsgi"));
        yield return new Scenario(
            "http-echo, 10 KB (ASGI)", "bare Kestrel", Http(bridge, "/echo", "post-10k.lua"), Http(bare, "/echo", "post-10k.lua"));

        var bridgeLoad = new RunLoad(GrpcChannel.ForAddress(bridge.GrpcAddress), options.Concurrency);
        var bareLoad = new BareLoad(GrpcChannel.ForAddress(bare.GrpcAddress), options.Concurrency);
        yield return new Scenario(
            "Run, one GET a call", "bare duplex echo, one call each, the same messages", bridgeLoad.ExchangesAsync, bareLoad.ExchangesAsync);
        yield return new Scenario(
            "Run, messages in open calls", "bare duplex echo, messages in open calls", bridgeLoad.MessagesAsync, bareLoad.MessagesAsync);
    }
}
