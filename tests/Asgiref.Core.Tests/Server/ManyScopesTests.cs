using System.Collections.Concurrent;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

[Collection(WholeProcess.Name)]
public class ManyScopesTests
{
    private const int Scopes = 100_000;
    private const int Limit = 1_000;

    [Fact]
    [Covers("SRV-09", "SRV-10")]
    public async Task A_hundred_thousand_scopes_through_a_limit_of_a_thousand_evict_exactly_the_oldest_and_keep_memory_flat()
    {
        var scope = TestServer.ScopeOf("any");
        var message = TestServer.Message("hello");
        var greeted = 0;
        var disconnected = 0;
        var server = new RecordingServer(
            async (_, receive, _) =>
            {
                var first = await receive();
                Interlocked.Increment(ref greeted);
                Assert.Equal("hello", first.Type);
                Assert.Equal("test.disconnect", (await receive()).Type);
                Interlocked.Increment(ref disconnected);
            },
            new StatelessServerOptions { MaxApplications = Limit });
        var flat = 0L;

        for (var i = 0; i < Scopes; i++)
        {
            Assert.True(await server.PostAsync(i, scope, message).WithDeadline());
            if (i == Scopes / 10)
            {
                flat = await SettledMemoryAsync(server);
            }
        }

        await WaitUntil.HoldsAsync(() => server.Statistics.Leaving == 0);
        var statistics = server.Statistics;
        Assert.Equal(Limit, statistics.Active);
        Assert.Equal(Limit, server.MostActive);
        Assert.Equal(Scopes - Limit, statistics.Evicted);
        Assert.Equal(Scopes - Limit, disconnected);
        Assert.Equal(0, statistics.DroppedEvents + statistics.Abandoned + statistics.Failed);
        // Exactly the oldest went, each once.
        Assert.Equal(Enumerable.Range(0, Scopes - Limit), server.Ended.Order());

        server.Ended.Clear();
        var grown = await SettledMemoryAsync(server) - flat;
        Assert.True(grown < 4 * 1024 * 1024, $"Nine tenths of the scopes let the heap grow by {grown} bytes.");

        await server.StopAsync().WithDeadline();
        Assert.Equal(Scopes, greeted);
        Assert.Equal(Scopes, disconnected);
        Assert.Equal(0, server.Statistics.Active + server.Statistics.Leaving);
    }

    private static async Task<long> SettledMemoryAsync(RecordingServer server)
    {
        await WaitUntil.HoldsAsync(() => server.Statistics.Leaving == 0);
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private sealed class RecordingServer(AsgiApplication application, StatelessServerOptions options) : StatelessServer<int>(application, options)
    {
        public ConcurrentQueue<int> Ended { get; } = new();

        public int MostActive { get; private set; }

        protected override Task HandleAsync(CancellationToken stopping) => Task.CompletedTask;

        protected override ValueTask ApplicationSendAsync(AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken) => default;

        protected override void OnApplicationEnded(ApplicationDetails<int> details)
        {
            Ended.Enqueue(details.ScopeId);
            MostActive = Math.Max(MostActive, Statistics.Active);
        }
    }
}
