using Grpc.Net.Client;

namespace Bridge.Bench;

/// <summary>What is compared.</summary>
internal static class Scenarios
{
    public static IEnumerable<Scenario> All(BenchOptions options, ServerProcess bare, ServerProcess bridge)
    {
        Scenario Http(string name, string path, string? script = null) => new(
            name,
            new Leg("bridge", time => Wrk.RunAsync(bridge.Http(path), options.Concurrency, time, script)),
            new Leg("bare Kestrel", time => Wrk.RunAsync(bare.Http(path), options.Concurrency, time, script)));

        yield return Http("http-hello (ASGI)", "/hello");
        yield return Http("http-wsgi", "/wsgi");
        yield return Http("http-echo, 10 KB (ASGI)", "/echo", "post-10k.lua");

        var bridgeLoad = new RunLoad(GrpcChannel.ForAddress(bridge.GrpcAddress), options.Concurrency);
        var bareLoad = new BareLoad(GrpcChannel.ForAddress(bare.GrpcAddress), options.Concurrency);
        yield return new Scenario(
            "Run, one GET a call",
            new Leg("bridge", bridgeLoad.ExchangesAsync),
            new Leg("bare duplex echo, one call each, the same messages", bareLoad.ExchangesAsync));
        yield return new Scenario(
            "Run, messages in open calls",
            new Leg("bridge", bridgeLoad.MessagesAsync),
            new Leg("bare duplex echo, messages in open calls", bareLoad.MessagesAsync));
    }
}
