using Microsoft.Extensions.Options;

namespace Bridge.Server.Tests.Http;

public sealed class HttpOptionsTests
{
    [Theory]
    [InlineData("Bridge:Http:MaxHeaderCount", "0")]
    [InlineData("Bridge:Http:MaxHeaderBytes", "9999999")]
    [InlineData("Bridge:Http:MaxBodyBytes", "-1")]
    [InlineData("Bridge:Http:ResponseStartTimeout", "-00:00:01")]
    [InlineData("Bridge:Http:KeepAliveTimeout", "00:00:00")]
    [InlineData("Bridge:Http:MinRequestBytesPerSecond", "0")]
    [InlineData("Bridge:Http:Routes:0:Path", "no-slash")]
    [InlineData("Bridge:Http:Routes:0:Host", "a:80")]
    [InlineData("Bridge:Http:Routes:0:StrippedPrefix", "x")]
    [InlineData("Bridge:Http:TrustedProxies:0", "10.0.0.0/99")]
    public async Task A_wrong_value_stops_the_start_and_names_its_key(string key, string value)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => FrontHost.StartAsync(
            Apps.Answering("ok"), new() { ["Bridge:Http:Routes:0:Application"] = "app", [key] = value }));

        Assert.StartsWith(key, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_routes_for_the_same_host_and_path_stop_the_start()
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => FrontHost.StartAsync(Apps.Answering("ok"), new()
        {
            ["Bridge:Http:Routes:0:Application"] = "app",
            ["Bridge:Http:Routes:1:Application"] = "app",
        }));

        Assert.Contains("Bridge:Http:Routes:1", error.Message, StringComparison.Ordinal);
    }
}
