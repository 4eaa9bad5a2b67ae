using Bridge.Server.Grpc;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Tests.Grpc;

public sealed class GrpcOptionsTests
{
    [Theory]
    [InlineData("StartMessageTime", "00:00:00")]
    [InlineData("MaxMessageBytes", "65536")]
    [InlineData("QueuedEvents", "0")]
    [InlineData("QueuedBytes", "0")]
    [InlineData("MaxStreamsPerConnection", "0")]
    [InlineData("KeepAlivePingDelay", "00:00:00.5")]
    [InlineData("KeepAlivePingTimeout", "2.00:00:00")]
    public void A_limit_that_makes_no_sense_is_named_by_its_key(string key, string value)
    {
        using var services = Services(("Bridge:Grpc:" + key, value));

        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<GrpcOptions>>().Value);

        Assert.StartsWith($"Bridge:Grpc:{key} is ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Streams_and_pings_are_kestrels_own_limits()
    {
        using var services = Services(("Bridge:Grpc:KeepAlivePingDelay", "00:00:07"));

        var http2 = services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.Http2;

        Assert.Equal(10_000, http2.MaxStreamsPerConnection);
        Assert.Equal(TimeSpan.FromSeconds(7), http2.KeepAlivePingDelay);
        Assert.Equal(TimeSpan.FromSeconds(20), http2.KeepAlivePingTimeout);
    }

    private static ServiceProvider Services(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
            .Build();
        return new ServiceCollection().AddBridgeGrpc(configuration).BuildServiceProvider();
    }
}
