using System.Reflection;
using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

public class OptionsTests
{
    public static TheoryData<StatelessServerOptions, string> Wrong => new()
    {
        { new() { MaxApplications = 0 }, "MaxApplications" },
        { new() { MaxLeavingApplications = 0 }, "MaxLeavingApplications" },
        { new() { QueueCapacity = 0 }, "QueueCapacity" },
        { new() { MaxPendingCalls = 0 }, "MaxPendingCalls" },
        { new() { QueueFullMode = (System.Threading.Channels.BoundedChannelFullMode)9 }, "QueueFullMode" },
        { new() { IdleTimeout = TimeSpan.Zero }, "IdleTimeout" },
        { new() { IdleTimeout = TimeSpan.FromDays(365) + TimeSpan.FromTicks(1) }, "IdleTimeout" },
        { new() { GracePeriod = TimeSpan.FromTicks(-1) }, "GracePeriod" },
        { new() { GracePeriod = TimeSpan.FromHours(1) + TimeSpan.FromTicks(1) }, "GracePeriod" },
        { new() { CancellationTime = TimeSpan.FromTicks(-1) }, "CancellationTime" },
        { new() { CancellationTime = TimeSpan.FromHours(2) }, "CancellationTime" },
        { new() { StopTimeout = TimeSpan.FromTicks(-1) }, "StopTimeout" },
        { new() { StopTimeout = TimeSpan.FromHours(2) }, "StopTimeout" },
    };

    public static TheoryData<StatelessServerOptions> Extreme => new()
    {
        new StatelessServerOptions
        {
            MaxApplications = 1,
            MaxLeavingApplications = 1,
            QueueCapacity = 1,
            MaxPendingCalls = 1,
            IdleTimeout = TimeSpan.FromTicks(1),
            GracePeriod = TimeSpan.Zero,
            CancellationTime = TimeSpan.Zero,
            StopTimeout = TimeSpan.Zero,
        },
        new StatelessServerOptions
        {
            MaxApplications = int.MaxValue,
            MaxLeavingApplications = int.MaxValue,
            QueueCapacity = int.MaxValue,
            MaxPendingCalls = int.MaxValue,
            IdleTimeout = TimeSpan.FromDays(365),
            GracePeriod = TimeSpan.FromHours(1),
            CancellationTime = TimeSpan.FromHours(1),
            StopTimeout = TimeSpan.FromHours(1),
        },
    };

    [Theory]
    [InlineData("HandleAsync")]
    [InlineData("ApplicationSendAsync")]
    [Covers("SRV-02")]
    public void A_subclass_has_to_supply_both_ends(string method) =>
        Assert.True(typeof(StatelessServer<>).GetMethod(method, BindingFlags.Instance | BindingFlags.NonPublic)!.IsAbstract);

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_option_is_refused_by_name(StatelessServerOptions options, string name)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new TestServer(new Journal().Application, options));
        Assert.Equal(name, error.ParamName);
        Assert.Matches($"^StatelessServerOptions.{name} allows: [a1z].+", error.Message);
    }

    [Theory]
    [MemberData(nameof(Extreme))]
    public async Task The_ends_of_each_range_are_allowed(StatelessServerOptions options)
    {
        var server = new TestServer((_, _, send) => send(TestServer.Message("hello")).AsTask(), options with { Clock = new FakeClock() });
        await server.OpenAsync("a");
        Assert.Equal("hello", (await server.NextSentAsync()).Message.Type);
        Assert.Null((await server.NextEndedAsync()).Reason);
    }

    [Fact]
    public void By_default_there_are_thousands_of_places_seconds_of_patience_and_no_idle_end()
    {
        var options = new StatelessServerOptions();
        Assert.Equal((1000, 1000), (options.MaxLeavingApplications, options.QueueCapacity));
        Assert.Equal((1000, System.Threading.Channels.BoundedChannelFullMode.Wait), (options.MaxPendingCalls, options.QueueFullMode));
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), (options.GracePeriod, options.CancellationTime));
        Assert.Equal((TimeSpan.FromSeconds(5), null), (options.StopTimeout, options.IdleTimeout));
        Assert.Same(TimeProvider.System, options.Clock);
        Assert.Null(options.Errors);
    }
}
