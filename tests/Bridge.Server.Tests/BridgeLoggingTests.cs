using Bridge.Server.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.Server.Tests;

/// <summary>What is logged by default, and that the configuration has the last word.</summary>
public sealed class BridgeLoggingTests
{
    private const string Diagnostics = "Microsoft.AspNetCore.Hosting.Diagnostics";

    private static readonly HostedApplication Application = new("app", (_, _, _) => Task.CompletedTask);

    [Fact]
    public async Task By_default_nothing_listens_to_what_would_cost_an_activity_a_request()
    {
        await using var bridge = TestBridge.Build([Application]);
        var loggers = bridge.Service<ILoggerFactory>();

        Assert.False(loggers.CreateLogger(Diagnostics).IsEnabled(LogLevel.Critical));
        Assert.False(loggers.CreateLogger("Microsoft.Anything").IsEnabled(LogLevel.Information));
        Assert.True(loggers.CreateLogger("Bridge.Server.Anything").IsEnabled(LogLevel.Information));
    }

    [Theory]
    [InlineData(Diagnostics)]
    [InlineData("Microsoft")]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel")]
    [InlineData("Microsoft.Extensions.Hosting.Internal.Host")]
    public async Task The_configuration_decides_also_about_a_category_that_has_a_default(string category)
    {
        await using var bridge = TestBridge.Build([Application], settings: [($"Logging:LogLevel:{category}", "Debug")]);

        Assert.True(bridge.Service<ILoggerFactory>().CreateLogger(category).IsEnabled(LogLevel.Debug));
    }
}
