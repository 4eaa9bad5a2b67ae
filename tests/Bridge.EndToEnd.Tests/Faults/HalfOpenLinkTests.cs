using System.Net;

namespace Bridge.EndToEnd.Tests.Faults;

public sealed class HalfOpenLinkTests
{
    [Fact]
    public async Task Both_sides_notice_a_link_that_carries_nothing_any_more_and_the_worker_dials_again()
    {
        await using var field = await Field.StartAsync("--Bridge:Sessions:KeepAliveInterval=0:00:01", "--Bridge:Sessions:KeepAliveTimeout=0:00:02");
        using var link = new SilentLink(field.Bridge.GrpcAddress);
        field.WorkerAddress = link.Address;
        var worker = await field.AddWorkerAsync("w1", "--KeepAliveInterval=0:00:01", "--KeepAliveTimeout=0:00:02");
        var pending = field.Http.GetAsync(field.Url("slow?id=pending"));
        await worker.UntilSaidAsync("pending waits");

        link.Silence();

        Assert.Equal(HttpStatusCode.BadGateway, (await pending.WithDeadline()).StatusCode);
        await worker.UntilSaidAsync("pending gone");
        await worker.UntilReadyAsync(times: 2);
        Assert.Equal("w1", await field.HelloAsync());
        Assert.Equal(1, field.GoneOf("pending"));
        await field.AssertQuietAsync();
        Assert.Equal(1, (await field.FiguresAsync())["bridge_workers_sessions"]);
    }
}
