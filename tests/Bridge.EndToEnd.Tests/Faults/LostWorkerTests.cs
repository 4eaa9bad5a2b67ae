using System.Net;

namespace Bridge.EndToEnd.Tests.Faults;

public sealed class LostWorkerTests
{
    [Fact]
    public async Task When_one_of_three_workers_is_killed_only_what_it_had_fails_and_at_once()
    {
        // With these signs of life nobody could learn of the loss by their absence.
        await using var field = await Field.StartAsync("--Bridge:Sessions:KeepAliveInterval=1:00:00");
        var workers = await Task.WhenAll(new[] { "w1", "w2", "w3" }.Select(name => field.AddWorkerAsync(name, "--KeepAliveInterval=1:00:00")));
        await using var load = new Load(field, 8);
        await load.UntilAnsweredAsync(200);
        var held = Enumerable.Range(0, 30).Select(number => (Id: $"r{number}", Answer: field.Http.GetAsync(field.Url($"slow?id=r{number}")))).ToArray();
        foreach (var (id, _) in held)
        {
            await field.UntilSaidAsync($"{id} waits");
        }

        await load.UntilAnsweredAsync(200);
        await workers[1].SignalAsync("KILL");
        await workers[1].ExitAsync();

        var lost = held.Where(request => workers[1].HasSaid($"{request.Id} waits")).ToArray();
        Assert.NotEmpty(lost);
        foreach (var (_, answer) in lost)
        {
            Assert.Equal(HttpStatusCode.BadGateway, (await answer.WithDeadline()).StatusCode);
        }

        await load.UntilAnsweredAsync(200);
        var kept = held.Except(lost).ToArray();
        Assert.NotEmpty(kept);
        Assert.All(kept, request => Assert.False(request.Answer.IsCompleted));
        foreach (var (id, answer) in kept)
        {
            workers[0].Release(id);
            workers[2].Release(id);
            Assert.Equal(HttpStatusCode.OK, (await answer.WithDeadline()).StatusCode);
        }

        // A client of the load had at most one request there.
        var seen = await load.StopAsync();
        var failures = seen.Select(client => client.Where(status => status != HttpStatusCode.OK).ToArray()).ToArray();
        Assert.All(failures, failed => Assert.True(failed is [] or [HttpStatusCode.BadGateway or Load.Broken], string.Join(", ", failed)));
        await field.RemoveAsync(workers[1]);
        await field.AssertQuietAsync();
        Assert.Equal(lost.Length + failures.Sum(failed => failed.Length), (await field.FiguresAsync())["bridge_workers_lost_total"]);
    }

    [Fact]
    public async Task A_frozen_worker_is_noticed_by_its_silence_and_comes_back_by_itself()
    {
        await using var field = await Field.StartAsync("--Bridge:Sessions:KeepAliveInterval=0:00:01", "--Bridge:Sessions:KeepAliveTimeout=0:00:02");
        var frozen = await field.AddWorkerAsync("w1", "--KeepAliveInterval=0:00:01", "--KeepAliveTimeout=0:00:02");
        var pending = field.Http.GetAsync(field.Url("slow?id=pending"));
        await frozen.UntilSaidAsync("pending waits");
        await field.AddWorkerAsync("w2");
        await frozen.SignalAsync("STOP");

        Assert.Equal(HttpStatusCode.BadGateway, (await pending.WithDeadline()).StatusCode);
        for (var request = 0; request < 20; request++)
        {
            Assert.Equal("w2", await field.HelloAsync());
        }

        await frozen.SignalAsync("CONT");
        await frozen.UntilReadyAsync(times: 2);
        await frozen.UntilSaidAsync("pending gone");
        while (await field.HelloAsync() != "w1")
        {
        }

        Assert.Equal(1, field.GoneOf("pending"));
        await field.AssertQuietAsync();
    }
}
