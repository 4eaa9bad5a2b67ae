using System.Net;

namespace Bridge.EndToEnd.Tests.Faults;

public sealed class BridgeRestartTests
{
    [Fact]
    public async Task A_bridge_that_is_stopped_finishes_what_runs_and_its_workers_come_back_by_themselves()
    {
        await using var field = await StartAsync();
        var worker = await field.AddWorkerAsync("w1");
        await field.AddWorkerAsync("w2");
        var slow = field.Http.GetAsync(field.Url("slow?id=r1"));
        var holder = await field.UntilSaidAsync("r1 waits");

        var stopping = field.Bridge.StopAsync();
        await UntilNotReadyAsync(field);
        Assert.False(slow.IsCompleted);
        holder.Release("r1");
        Assert.Equal(HttpStatusCode.OK, (await slow.WithDeadline()).StatusCode);
        Assert.Equal(0, await stopping);
        Assert.Equal(0, field.GoneOf("r1"));
        await AssertBackAsync(field);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_workers_of_a_bridge_that_was_killed_come_back_by_themselves(bool onUnixSocket)
    {
        await using var field = await StartAsync(onUnixSocket);
        await field.AddWorkerAsync("w1");
        await field.AddWorkerAsync("w2");
        var slow = field.Http.GetAsync(field.Url("slow?id=r1"));
        await field.UntilSaidAsync("r1 waits");

        await field.Bridge.KillAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => slow.WithDeadline());
        await field.UntilSaidAsync("r1 gone");
        await AssertBackAsync(field);
        Assert.Equal(1, field.GoneOf("r1"));
    }

    /// <summary>The first request does not wait for the workers: it comes when the bridge is ready, and is served.</summary>
    private static async Task AssertBackAsync(Field field)
    {
        await field.StartBridgeAgainAsync();
        Assert.Equal("OK", await field.ReadyzAsync());
        Assert.Contains(await field.HelloAsync(), field.Workers.Keys);
        foreach (var worker in field.Workers.Values)
        {
            await worker.UntilReadyAsync(times: 2);
        }

        await field.AssertQuietAsync();
        Assert.Equal(2, (await field.FiguresAsync())["bridge_workers_sessions"]);
    }

    private static async Task<Field> StartAsync(bool onUnixSocket = false)
    {
        if (!onUnixSocket)
        {
            return await Field.StartAsync($"--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:{FreePort.Find()}");
        }

        var path = Path.Combine(Path.GetTempPath(), $"bridge-{Guid.NewGuid():N}.sock");
        var field = await Field.StartAsync($"--Kestrel:Endpoints:Grpc:Url=http://unix:{path}");
        field.WorkerAddress = $"unix:{path}";
        return field;
    }

    private static async Task UntilNotReadyAsync(Field field)
    {
        while (await field.ReadyzAsync() == "OK")
        {
            await Task.Yield();
        }
    }
}
