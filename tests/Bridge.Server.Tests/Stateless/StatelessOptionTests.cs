using Bridge.Server.Hosting;
using Bridge.Server.Stateless;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Tests.Stateless;

public sealed class StatelessOptionTests
{
    [Fact]
    public void The_defaults_are_allowed() => Assert.True(new StatelessOptionsValidator().Validate(null, new StatelessOptions()).Succeeded);

    [Theory]
    [InlineData("Feeds", "0")]
    [InlineData("Instances", "0")]
    [InlineData("LeavingInstances", "0")]
    [InlineData("KnownScopes", "999")]
    [InlineData("ScopeEvents", "0")]
    [InlineData("HeldBytes", "65535")]
    [InlineData("ScopeWaitTime", "00:00:00")]
    [InlineData("WindowEvents", "0")]
    [InlineData("EventBytes", "1023")]
    [InlineData("ScopeBytes", "63")]
    [InlineData("UnacknowledgedItems", "0")]
    [InlineData("UnacknowledgedBytes", "65535")]
    [InlineData("AcknowledgeTime", "1.00:00:01")]
    [InlineData("ResumeTime", "00:00:00")]
    [InlineData("IdleTime", "00:00:00")]
    public void A_limit_out_of_its_range_stops_the_start_and_is_named(string key, string value)
    {
        var bridge = TestBridge.Build([new HostedApplication("app", (_, _, _) => Task.CompletedTask)], settings: ("Bridge:Stateless:" + key, value));

        var error = Assert.Throws<OptionsValidationException>(() => bridge.Service<IOptions<StatelessOptions>>().Value);

        Assert.StartsWith($"Bridge:Stateless:{key} is {value}; it goes from ", error.Message, StringComparison.Ordinal);
    }
}
