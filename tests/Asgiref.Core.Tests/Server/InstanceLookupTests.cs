using System.Threading.Channels;
using Asgiref.Core.Scopes;
using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

public class InstanceLookupTests
{
    [Fact]
    [Covers("SRV-03", "SRV-04")]
    public async Task The_first_call_for_an_id_starts_the_application_and_further_ones_give_the_same_queue()
    {
        var scopes = Channel.CreateUnbounded<AsgiScope>();
        var server = new TestServer((scope, _, _) =>
        {
            scopes.Writer.TryWrite(scope);
            return Task.Delay(Timeout.InfiniteTimeSpan, AsgiCancellation.Token);
        });
        var first = TestServer.ScopeOf("first");

        var queue = await server.GetOrCreateApplicationInstanceAsync("a", first).WithDeadline();
        Assert.Same(first, await scopes.Reader.ReadAsync().WithDeadline());
        Assert.Same(queue, await server.GetOrCreateApplicationInstanceAsync("a", TestServer.ScopeOf("ignored")).WithDeadline());
        Assert.NotSame(queue, await server.OpenAsync("b"));

        Assert.Equal("b", TestServer.IdOf(await scopes.Reader.ReadAsync().WithDeadline()));
        Assert.Equal(2, server.Statistics.Started);
    }

    [Fact]
    [Covers("SRV-06", "SRV-07", "SRV-21")]
    public async Task Receive_gives_the_events_of_the_queue_and_send_calls_the_server_with_the_scope()
    {
        var server = new TestServer(async (scope, receive, send) =>
        {
            while (true)
            {
                await send(TestServer.Message($"echo of {(await receive()).Type} by {TestServer.IdOf(scope)}"));
            }
        });
        var a = TestServer.ScopeOf("a");
        var b = TestServer.ScopeOf("b");

        Assert.True(await server.PostAsync("a", a, TestServer.Message("one")).WithDeadline());
        var toA = await server.NextSentAsync();
        Assert.True(await server.PostAsync("b", b, TestServer.Message("two")).WithDeadline());
        var toB = await server.NextSentAsync();

        Assert.Same(a, toA.Scope);
        Assert.Equal("echo of one by a", toA.Message.Type);
        Assert.Same(b, toB.Scope);
        Assert.Equal("echo of two by b", toB.Message.Type);
    }

    [Fact]
    [Covers("SRV-14", "SRV-12")]
    public async Task The_next_event_after_an_end_makes_a_fresh_instance_and_what_the_old_one_left_is_counted()
    {
        var server = new JournalServer();
        var queue = await server.OpenAsync("a");
        Assert.Equal("a begins", await server.Journal.NextAsync());
        // Both are in the queue before the application sees the first.
        await server.PostAsync("a", "end");
        await server.PostAsync("a", "left behind");
        await server.NextEndedAsync();

        await server.PostAsync("a", "fresh");

        // "left behind" went to the old queue or, if that had ended by then, to a fresh instance: never to a dead queue.
        var lines = await server.Journal.NextAsync(4);
        Assert.Equal(["a got end", "a ends", "a begins"], lines.Take(3));
        Assert.Contains(lines[3], (string[])["a got left behind", "a got fresh"]);
        Assert.Equal(lines[3] == "a got fresh" ? 1 : 0, server.Statistics.DroppedEvents);
        Assert.False(queue.TryWrite(TestServer.Message("too late")));
    }

    [Fact]
    [Covers("SRV-15")]
    public async Task An_ended_instance_is_gone_before_anyone_is_told_of_its_end()
    {
        var server = new JournalServer();
        var old = await server.OpenAsync("a");
        for (var round = 0; round < 50; round++)
        {
            await server.PostAsync("a", round % 2 == 0 ? "end" : "raise");
            await server.NextEndedAsync();

            var fresh = await server.OpenAsync("a");
            Assert.NotSame(old, fresh);
            Assert.False(old.TryWrite(TestServer.Message("dead")));
            old = fresh;
        }

        Assert.Equal(0, server.Statistics.DroppedEvents);
    }

    [Fact]
    [Covers("SRV-15")]
    public async Task No_posted_event_is_lost_to_instances_that_end_all_the_time()
    {
        const int Events = 2_000;
        var received = 0;
        var server = new TestServer(async (_, receive, _) =>
        {
            await receive();
            Interlocked.Increment(ref received);
        });

        for (var i = 0; i < Events; i++)
        {
            Assert.True(await server.PostAsync("a", "event"));
        }

        await server.StopAsync().WithDeadline();
        var statistics = server.Statistics;
        Assert.Equal(Events, received + statistics.DroppedEvents);
        Assert.Equal(statistics.Started, statistics.Ended);
        Assert.Equal(0, statistics.Active + statistics.Leaving);
    }

    [Fact]
    public async Task Several_pending_receives_are_served_in_call_order_and_a_given_up_one_loses_no_event()
    {
        var server = new TestServer(async (_, receive, send) =>
        {
            using var giveUp = new CancellationTokenSource();
            var given = receive(giveUp.Token).AsTask();
            var first = receive().AsTask();
            var second = receive().AsTask();
            await giveUp.CancelAsync();
            var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
            Assert.Equal(giveUp.Token, error.CancellationToken);
            await send(TestServer.Message("ready"));
            await send(TestServer.Message((await first).Type));
            await send(TestServer.Message((await second).Type));
        });

        var queue = await server.OpenAsync("a");
        Assert.Equal("ready", (await server.NextSentAsync()).Message.Type);
        await queue.WriteAsync(TestServer.Message("one")).WithDeadline();
        await queue.WriteAsync(TestServer.Message("two")).WithDeadline();

        Assert.Equal("one", (await server.NextSentAsync()).Message.Type);
        Assert.Equal("two", (await server.NextSentAsync()).Message.Type);
    }

    [Fact]
    public async Task Sends_made_at_the_same_time_reach_the_server_one_by_one_in_call_order()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var inside = 0;
        var server = new TestServer(async (_, _, send) =>
            await Task.WhenAll(Enumerable.Range(0, 5).Select(i => send(TestServer.Message($"{i}")).AsTask())))
        {
            Transport = async (_, _) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref inside));
                await gate.Task;
                Interlocked.Decrement(ref inside);
            },
        };

        await server.OpenAsync("a");
        gate.SetResult();

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal($"{i}", (await server.NextSentAsync()).Message.Type);
        }

        await server.NextEndedAsync();
        Assert.Equal(0, server.Statistics.Failed);
    }

    [Fact]
    public async Task More_calls_than_may_wait_raise_out_of_the_next_one()
    {
        var server = new TestServer(
            async (_, receive, _) =>
            {
                var pending = new[] { receive().AsTask(), receive().AsTask() };
                await receive();
                await Task.WhenAll(pending);
            },
            new StatelessServerOptions { MaxPendingCalls = 1 });

        await server.OpenAsync("a");

        var failure = await server.NextFailedAsync();
        Assert.IsType<InvalidOperationException>(failure.Error);
        Assert.Contains("1 calls of receive", failure.Error.Message, StringComparison.Ordinal);
    }
}
