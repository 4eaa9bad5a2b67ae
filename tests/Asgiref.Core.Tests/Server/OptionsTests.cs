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
        { new() { GracePeriod = TimeSpan.FromSeconds(-1) }, "GracePeriod" },
        { new() { CancellationTime = TimeSpan.FromHours(2) }, "CancellationTime" },
        { new() { StopTimeout = TimeSpan.FromHours(2) }, "StopTimeout" },
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
    }
}
