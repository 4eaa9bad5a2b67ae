using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

/// <summary>Nothing of the server comes back to the synchronization context of who called it: that thread may be blocked.</summary>
public class CallerContextTests
{
    private readonly FakeClock _clock = new();
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task A_run_does_not_wherever_it_waits()
    {
        var handled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var handler = new TestServer(new Journal().Application) { Handler = async _ => await handled.Task.ConfigureAwait(false) };
        var running = DeadContext.Call(() => handler.RunAsync());
        handled.SetResult();
        await running.WithDeadline();

        var instance = new TestServer((_, _, _) => _release.Task) { Handler = _ => Task.CompletedTask };
        await instance.OpenAsync("a");
        running = DeadContext.Call(() => instance.RunAsync());
        Assert.False(running.IsCompleted);
        _release.SetResult();
        await running.WithDeadline();

        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var stopped = new TestServer(new Journal().Application, new StatelessServerOptions { Clock = _clock }) { Handler = _ => stopping.Task };
        running = DeadContext.Call(() => stopped.RunAsync(new CancellationToken(canceled: true)));
        Assert.False(running.IsCompleted);
        stopping.SetResult();
        await running.WithDeadline();

        // Its handler has something to do on its token, so that the cancellation is waited for too.
        var obedient = new TestServer(new Journal().Application);
        await DeadContext.Call(() => obedient.RunAsync(new CancellationToken(canceled: true))).WithDeadline();
    }

    [Fact]
    public async Task Giving_an_event_does_not_while_it_waits_for_a_place_or_for_room()
    {
        var server = new TestServer(
            (_, _, _) => _release.Task,
            new StatelessServerOptions { MaxApplications = 1, MaxLeavingApplications = 1, QueueCapacity = 1, Clock = _clock });
        await server.OpenAsync("a");
        await server.PostAsync("b", "one");
        Task<bool>[] posts =
        [
            DeadContext.Call(() => server.PostAsync("b", TestServer.ScopeOf("b"), TestServer.Message("two")).AsTask()),
            DeadContext.Call(() => server.PostAsync("c", TestServer.ScopeOf("c"), TestServer.Message("three")).AsTask()),
        ];
        var opened = DeadContext.Call(() => server.GetOrCreateApplicationInstanceAsync("d", TestServer.ScopeOf("d")).AsTask());
        Assert.All(posts, post => Assert.False(post.IsCompleted));

        _release.SetResult();

        Assert.True(await posts[0].WithDeadline());
        Assert.True(await posts[1].WithDeadline());
        await opened.WithDeadline();
    }

    [Fact]
    public async Task A_receive_after_the_disconnect_event_does_not()
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new TestServer(
            async (_, receive, _) =>
            {
                await receive();
                var further = DeadContext.Call(() => receive().AsTask());
                waiting.SetResult();
                await further;
            },
            new StatelessServerOptions { Clock = _clock });
        await server.OpenAsync("a");
        server.CloseApplicationInstance("a");
        await waiting.Task.WithDeadline();

        _clock.Advance(TimeSpan.FromSeconds(5));

        await server.NextEndedAsync();
        Assert.Equal(0, server.Statistics.Failed);
    }

    [Fact]
    public async Task The_applications_receive_and_send_do_not()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var calling = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new TestServer(async (_, receive, send) =>
        {
            Task[] calls =
            [
                DeadContext.Call(() => receive().AsTask()),
                DeadContext.Call(() => receive().AsTask()),
                DeadContext.Call(() => send(TestServer.Message("one")).AsTask()),
                DeadContext.Call(() => send(TestServer.Message("two")).AsTask()),
            ];
            calling.SetResult();
            await Task.WhenAll(calls);
        })
        {
            Transport = async (_, _) => await gate.Task.ConfigureAwait(false),
        };
        await server.OpenAsync("a");
        await calling.Task.WithDeadline();
        await server.PostAsync("a", "one");
        await server.PostAsync("a", "two");
        gate.SetResult();
        Assert.Equal("one", (await server.NextSentAsync()).Message.Type);
        Assert.Equal("two", (await server.NextSentAsync()).Message.Type);
        await server.NextEndedAsync();
        Assert.Equal(0, server.Statistics.Failed);
    }
}
