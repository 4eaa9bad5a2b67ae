using System.Threading.Channels;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

public class EndingTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    [Covers("SRV-12", "SRV-13", "SRV-24")]
    public async Task An_exception_is_reported_at_once_with_its_details_and_frees_the_scope()
    {
        // Neither run nor given time: nothing has to look for ended instances.
        var server = new JournalServer(new StatelessServerOptions { Clock = _clock });

        await server.PostAsync("a", "raise");

        var (error, details) = await server.NextFailedAsync();
        Assert.Equal("a was told to raise", error.Message);
        Assert.Equal("a", details.ScopeId);
        Assert.Equal("a", TestServer.IdOf(details.Scope));
        Assert.Null(details.Reason);
        await server.NextEndedAsync();
        Assert.Equal(0, server.Statistics.Active);
        Assert.Equal(1, server.Statistics.Failed);
    }

    [Fact]
    [Covers("SRV-13")]
    public async Task By_default_an_exception_is_written_with_its_text_its_trace_and_the_scope()
    {
        var written = new StringWriter();
        var server = new QuietServer(new Journal().Application, TextWriter.Synchronized(written));

        await server.PostAsync("a", TestServer.ScopeOf("a"), TestServer.Message("raise")).WithDeadline();
        await server.StopAsync().WithDeadline();

        Assert.Contains("Exception inside application: a was told to raise\nscope a: System.InvalidOperationException", written.ToString(), StringComparison.Ordinal);
        Assert.Contains("   at ", written.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hook_that_throws_harms_nobody_and_is_written_down()
    {
        var written = new StringWriter();
        var server = new QuietServer(new Journal().Application, TextWriter.Synchronized(written)) { ThrowsAtEnd = true };

        await server.PostAsync("a", TestServer.ScopeOf("a"), TestServer.Message("end")).WithDeadline();
        await server.StopAsync().WithDeadline();

        Assert.Contains("Exception inside a hook of QuietServer", written.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, server.Statistics.Ended);
    }

    [Fact]
    [Covers("SRV-16")]
    public async Task An_application_that_cancels_itself_has_finished_and_the_server_goes_on()
    {
        var server = new TestServer(async (_, receive, _) =>
        {
            if ((await receive()).Type == "cancel")
            {
                throw new OperationCanceledException("by itself");
            }

            await receive();
        });
        using var stop = new CancellationTokenSource();
        var run = server.RunAsync(stop.Token);

        await server.PostAsync("a", "cancel");
        await server.NextEndedAsync();
        Assert.True(await server.PostAsync("a", "again"));

        Assert.False(run.IsCompleted);
        Assert.Equal(0, server.Statistics.Failed);
        await stop.CancelAsync();
        await run.WithDeadline();
    }

    [Fact]
    [Covers("SRV-22")]
    public async Task A_full_queue_makes_its_writer_wait()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new JournalServer(new Journal { Before = open.Task }, new StatelessServerOptions { QueueCapacity = 2 });
        await server.PostAsync("a", "one");
        await server.PostAsync("a", "two");

        var third = server.PostAsync("a", "three");
        Assert.False(third.IsCompleted);
        open.SetResult();

        Assert.True(await third);
        await server.PostAsync("a", "four");
        Assert.Equal(["a begins", "a got one", "a got two", "a got three", "a got four"], await server.Journal.NextAsync(5));
    }

    [Fact]
    [Covers("SRV-15")]
    public async Task An_event_that_waits_for_room_when_its_instance_is_closed_goes_to_the_next_one()
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new JournalServer(new Journal { Before = open.Task }, new StatelessServerOptions { QueueCapacity = 1, Clock = _clock });
        await server.PostAsync("a", "one");
        var waiting = server.PostAsync("a", "two");
        Assert.False(waiting.IsCompleted);

        server.CloseApplicationInstance("a");
        open.SetResult();

        Assert.True(await waiting);
        Assert.Equal(
            ["a begins", "a got one", "a got test.disconnect (closed)", "a ends", "a begins", "a got two"], await server.Journal.NextAsync(6));
    }

    [Theory]
    [InlineData(BoundedChannelFullMode.DropOldest, "two", "three")]
    [InlineData(BoundedChannelFullMode.DropNewest, "one", "three")]
    [InlineData(BoundedChannelFullMode.DropWrite, "one", "two")]
    [Covers("SRV-22")]
    public async Task The_other_modes_drop_an_event_and_count_it(BoundedChannelFullMode mode, string first, string second)
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new JournalServer(new Journal { Before = open.Task }, new StatelessServerOptions { QueueCapacity = 2, QueueFullMode = mode });

        foreach (var message in (string[])["one", "two", "three"])
        {
            await server.PostAsync("a", message);
        }

        open.SetResult();
        Assert.Equal(["a begins", $"a got {first}", $"a got {second}"], await server.Journal.NextAsync(3));
        Assert.Equal(1, server.Statistics.DroppedEvents);
    }

    private sealed class QuietServer(AsgiApplication application, TextWriter errors)
        : StatelessServer<string>(application, new StatelessServerOptions { Errors = errors })
    {
        public bool ThrowsAtEnd { get; init; }

        protected override Task HandleAsync(CancellationToken stopping) => Task.CompletedTask;

        protected override ValueTask ApplicationSendAsync(AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken) => default;

        protected override void OnApplicationEnded(ApplicationDetails<string> details)
        {
            if (ThrowsAtEnd)
            {
                throw new InvalidOperationException("A bad hook.");
            }
        }
    }
}
