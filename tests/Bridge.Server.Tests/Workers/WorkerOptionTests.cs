using Bridge.Server.Configuration;
using Bridge.Server.Hosting;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Tests.Workers;

public sealed class WorkerOptionTests
{
    [Theory]
    [InlineData("Bridge:Workers:QueueLength", "-1")]
    [InlineData("Bridge:Workers:QueueTime", "00:00:00")]
    [InlineData("Bridge:Workers:Attempts", "0")]
    [InlineData("Bridge:Workers:RefusalPause", "2.00:00:00")]
    [InlineData("Bridge:Workers:RememberTime", "00:00:00")]
    [InlineData("Bridge:Workers:Applications", "0")]
    [InlineData("Bridge:Workers:RememberedProcesses", "0")]
    [InlineData("Bridge:Workers:Sessions", "0")]
    public void A_limit_out_of_its_range_stops_the_start_and_names_its_key(string key, string value)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Build((key, value)));

        Assert.StartsWith(key + " is ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_nobody_knows_stops_the_start()
    {
        var error = Assert.Throws<ConfigurationException>(() => Build(("Bridge:Workers:QueueLenght", "1")));

        Assert.StartsWith("Bridge:Workers:QueueLenght is not a setting of the bridge.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_route_to_an_application_that_nobody_hosts_must_say_that_workers_do()
    {
        var error = Assert.Throws<ConfigurationException>(() => Build(("Bridge:Http:Routes:0:Application", "shop")));

        Assert.Equal(
            "Bridge:Http:Routes:0:Application is \"shop\"; hosted are: hosted. For one that workers serve set Bridge:Http:Routes:0:Worker to true.",
            error.Message);
    }

    [Fact]
    public void A_route_may_not_leave_a_hosted_application_to_workers()
    {
        var error = Assert.Throws<ConfigurationException>(() => Build(
            ("Bridge:Http:Routes:0:Application", "hosted"), ("Bridge:Http:Routes:0:Worker", "true")));

        Assert.Equal("Bridge:Http:Routes:0:Worker is true; the bridge hosts \"hosted\" itself.", error.Message);
    }

    private static TestBridge Build(params (string Key, string Value)[] settings) =>
        TestBridge.Build([new HostedApplication("hosted", (_, _, _) => Task.CompletedTask)], settings: settings);
}
