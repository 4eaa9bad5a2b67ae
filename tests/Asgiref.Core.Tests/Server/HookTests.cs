using System.Collections.Concurrent;
using System.Threading.Channels;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

/// <summary>What the hooks are told, and what their defaults write.</summary>
public sealed class HookTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly StringWriter _written = new();

    [Fact]
    public async Task The_details_have_the_age_and_the_reason_of_the_instance()
    {
        var server = new JournalServer(new StatelessServerOptions { Clock = _clock });
        await server.OpenInTurnAsync("a");
        _clock.Advance(TimeSpan.FromSeconds(7));
        server.CloseApplicationInstance("a");
        var details = await server.NextEndedAsync();
        Assert.Equal((TimeSpan.FromSeconds(7), DisconnectReason.Closed), (details.Age, details.Reason));
    }

    [Fact]
    public async Task By_default_an_abandoned_instance_is_written_with_its_scope_reason_and_age_and_its_end_is_not()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = DefaultServer(Stubborn(begun, release.Task));
        await server.OpenAsync("a");
        await begun.Task.WithDeadline();
        server.CloseApplicationInstance("a");
        _clock.Advance(TimeSpan.FromSeconds(10));
        var line = "The application of scope a ignores its cancellation (Closed, 10.0 s old)." + Environment.NewLine;
        Assert.Equal(line, _written.ToString());
        Assert.Equal((1, 0), (server.Statistics.Abandoned, server.Statistics.Ended));

        release.SetResult();
        await WaitUntil.HoldsAsync(() => server.Statistics.Leaving == 0);
        Assert.Equal(line, _written.ToString());
    }

    [Fact]
    public async Task An_application_that_obeys_its_cancellation_is_not_abandoned_and_leaves_no_timer()
    {
        var server = new TestServer(
            (_, _, _) => Task.Delay(Timeout.InfiniteTimeSpan, AsgiCancellation.Token),
            new StatelessServerOptions { Clock = _clock, IdleTimeout = TimeSpan.FromDays(1) });
        await server.OpenAsync("a");
        Assert.Equal(1, _clock.ArmedTimers);
        server.CloseApplicationInstance("a");
        Assert.Equal(1, _clock.ArmedTimers);
        _clock.Advance(TimeSpan.FromSeconds(5));
        await server.NextEndedAsync();
        Assert.Equal(0, _clock.ArmedTimers);
        _clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal((0, 0, 1), (server.Statistics.Abandoned, server.Statistics.IdledOut, server.Statistics.Ended));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hook_of_the_timer_does_not_run_in_the_context_of_who_ended_the_instance(bool isFlowSuppressed)
    {
        var ambient = new AsyncLocal<string?>();
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var server = new DefaultHookServer(
            Stubborn(begun, release.Task),
            new StatelessServerOptions { GracePeriod = TimeSpan.Zero, CancellationTime = TimeSpan.Zero, Errors = _written })
        {
            Abandoned = () => seen.SetResult(ambient.Value),
        };
        await server.OpenAsync("a");
        await begun.Task.WithDeadline();
        ambient.Value = "of the closer";
        if (isFlowSuppressed)
        {
            using (ExecutionContext.SuppressFlow())
            {
                server.CloseApplicationInstance("a");
                Assert.True(ExecutionContext.IsFlowSuppressed());
            }
        }
        else
        {
            server.CloseApplicationInstance("a");
            Assert.False(ExecutionContext.IsFlowSuppressed());
        }

        Assert.Null(await seen.Task.WithDeadline());
        release.SetResult();
    }

    [Fact]
    public async Task A_writer_of_errors_that_fails_keeps_no_place()
    {
        var server = new DefaultHookServer(
            (_, _, _) => throw new InvalidOperationException("broken"), new StatelessServerOptions { Errors = new FailingWriter() });
        await server.OpenAsync("a");
        await server.StopAsync().WithDeadline();
        Assert.Equal((0, 0, 1), (server.Statistics.Active, server.Statistics.Leaving, server.Statistics.Failed));
    }

    [Theory]
    [InlineData(BoundedChannelFullMode.Wait, "second third")]
    [InlineData(BoundedChannelFullMode.DropOldest, "first second")]
    [InlineData(BoundedChannelFullMode.DropWrite, "second third")]
    [Covers("SRV-14")]
    public async Task Events_that_no_application_takes_are_told_one_by_one(BoundedChannelFullMode mode, string expected)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var dropped = new ConcurrentQueue<string>();
        var server = new DefaultHookServer(
            async (_, receive, _) =>
            {
                begun.SetResult();
                await end.Task;
                if (mode != BoundedChannelFullMode.DropOldest)
                {
                    await receive();
                }
            },
            new StatelessServerOptions { QueueCapacity = mode == BoundedChannelFullMode.Wait ? 3 : 2, QueueFullMode = mode })
        {
            Dropped = (scope, message) => dropped.Enqueue($"{TestServer.IdOf(scope)} {message.Type}"),
        };
        foreach (var text in new[] { "first", "second", "third" })
        {
            await server.PostAsync("a", TestServer.ScopeOf("a"), TestServer.Message(text)).WithDeadline();
        }

        await begun.Task.WithDeadline();
        if (mode == BoundedChannelFullMode.DropOldest)
        {
            Assert.Equal(["a first"], dropped);
        }

        end.SetResult();
        await WaitUntil.HoldsAsync(() => server.Statistics.Ended == 1);
        var told = mode == BoundedChannelFullMode.DropOldest ? dropped.Take(2) : dropped;
        Assert.Equal(expected.Split(' ').Select(text => $"a {text}").Order(), told.Order());
        Assert.Equal(server.Statistics.DroppedEvents, dropped.Count);
    }

    public void Dispose() => _written.Dispose();

    /// <summary>Tells when it has begun: one that is cancelled before is never called, and so not abandoned.</summary>
    private static AsgiApplication Stubborn(TaskCompletionSource begun, Task end) => (_, _, _) =>
    {
        begun.SetResult();
        return end;
    };

    private DefaultHookServer DefaultServer(AsgiApplication application) =>
        new(application, new StatelessServerOptions { Clock = _clock, Errors = _written });

    private sealed class DefaultHookServer(AsgiApplication application, StatelessServerOptions options)
        : StatelessServer<string>(application, options)
    {
        public Action? Abandoned { get; init; }

        public Action<AsgiScope, AsgiEvent>? Dropped { get; init; }

        public Task OpenAsync(string id) => GetOrCreateApplicationInstanceAsync(id, TestServer.ScopeOf(id)).WithDeadline();

        protected override Task HandleAsync(CancellationToken stopping) => Task.CompletedTask;

        protected override ValueTask ApplicationSendAsync(AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken) => default;

        protected override void OnApplicationAbandoned(ApplicationDetails<string> details)
        {
            base.OnApplicationAbandoned(details);
            Abandoned?.Invoke();
        }

        protected override void OnEventDropped(AsgiScope scope, AsgiEvent message) => Dropped?.Invoke(scope, message);
    }

    private sealed class FailingWriter : StringWriter
    {
        public override void WriteLine(string? value) => throw new NotSupportedException();
    }
}
