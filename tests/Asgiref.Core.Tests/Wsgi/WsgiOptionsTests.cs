using Asgiref.Core.Wsgi;

namespace Asgiref.Core.Tests.Wsgi;

public class WsgiOptionsTests
{
    public static TheoryData<string, WsgiOptions> Wrong { get; } = new()
    {
        { nameof(WsgiOptions.DuplicateHeaderLimit), new WsgiOptions { DuplicateHeaderLimit = 0 } },
        { nameof(WsgiOptions.MaxThreads), new WsgiOptions { MaxThreads = 0 } },
        { nameof(WsgiOptions.MaxQueuedRequests), new WsgiOptions { MaxQueuedRequests = -1 } },
        { nameof(WsgiOptions.ThreadQueueTimeout), new WsgiOptions { ThreadQueueTimeout = Timeout.InfiniteTimeSpan } },
        { nameof(WsgiOptions.ThreadIdleLifetime), new WsgiOptions { ThreadIdleLifetime = TimeSpan.Zero } },
        { nameof(WsgiOptions.StopTimeout), new WsgiOptions { StopTimeout = Timeout.InfiniteTimeSpan } },
        { nameof(WsgiOptions.Environ), new WsgiOptions { Environ = new Dictionary<string, object> { ["wsgi.input"] = "x" } } },
        { nameof(WsgiOptions.Environ), new WsgiOptions { Environ = new Dictionary<string, object> { ["my.key"] = null! } } },
        { nameof(WsgiOptions.Environ), new WsgiOptions { Environ = new Dictionary<string, object> { ["MY_KEY"] = "\u4e2d" } } },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    [Covers("WSGI-21", "PEP-29", "PEP-39", "PEP-55")]
    public void A_setting_out_of_its_range_is_refused_by_name(string property, WsgiOptions options)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new WsgiToAsgi(WsgiCall.Answering("x"), options));

        Assert.Contains($"WsgiOptions.{property} allows", error.Message, StringComparison.Ordinal);
    }
}
