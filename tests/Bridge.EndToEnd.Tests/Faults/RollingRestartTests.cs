using System.Net;

namespace Bridge.EndToEnd.Tests.Faults;

public sealed class RollingRestartTests
{
    [Fact]
    public async Task No_request_fails_while_three_workers_are_restarted_one_after_the_other()
    {
        await using var field = await Field.StartAsync();
        string[] names = ["w1", "w2", "w3"];
        await Task.WhenAll(names.Select(name => field.AddWorkerAsync(name)));
        await using var load = new Load(field, 16);

        foreach (var name in names)
        {
            await load.UntilAnsweredAsync(100);
            var older = field.Workers[name];
            await older.SignalAsync("TERM");
            Assert.Equal(0, await older.ExitAsync());
            await field.RemoveAsync(older);
            await field.AddWorkerAsync(name);
        }

        await load.UntilAnsweredAsync(100);
        var seen = (await load.StopAsync()).SelectMany(client => client).ToArray();
        Assert.All(seen, status => Assert.Equal(HttpStatusCode.OK, status));
        await field.AssertQuietAsync();
    }
}
