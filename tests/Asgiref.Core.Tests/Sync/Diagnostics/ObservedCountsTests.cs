using System.Diagnostics.Metrics;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Loops;
using Asgiref.Core.Sync.Threads;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Tests.Sync.Diagnostics;

/// <summary>What is counted for the whole process; these tests run while no other test does.</summary>
[Collection(nameof(ObservedCountsTests))]
[CollectionDefinition(nameof(ObservedCountsTests), DisableParallelization = true)]
public class ObservedCountsTests
{
    [Fact]
    public async Task Without_a_listener_no_call_is_observed()
    {
        Assert.False(SyncInstruments.AreObserved);
        await SyncToAsync.Run(() => Assert.False(SyncInstruments.AreObserved));
        Assert.Null(CallObservation.Of(new ActionWork(() => { })));
        Func<Task> function = () => Task.CompletedTask;
        Assert.Null(CallObservation.Of(new TaskLoopCall(function, function)));
    }

    [Fact]
    public async Task A_call_behind_which_nobody_waits_arms_no_timer()
    {
        var clock = new FakeClock();
        using var watch = new BusyThreadWatch(new BusyThreadWatchOptions { Clock = clock });
        await using var context = ThreadSensitiveContext.Enter();
        await SyncToAsync.Run(() => Assert.Equal(0, clock.ArmedTimers));
        await using var loop = EventLoop.Start();
        await loop.RunAsync(() => Task.FromResult(1)).WithDeadline();
        Assert.Equal(0, clock.ArmedTimers);
    }

    [Fact]
    public async Task What_was_refused_is_counted_by_the_name_of_the_limit()
    {
        var before = Read(SyncDiagnostics.Refusals, "max_queued_calls");
        var threads = Read(SyncDiagnostics.Refusals, "max_threads");
        using var hold = new Hold();
        await using var context = ThreadSensitiveContext.Enter(WorkerThreads.Shared, maxQueuedCalls: 1);
        var running = SyncToAsync.Run(hold.Wait).AsTask();
        await hold.Entered.WithDeadline();
        var queued = SyncToAsync.Run(() => { }).AsTask();
        Assert.Throws<ThreadLimitException>(() => { _ = SyncToAsync.Run(() => { }); });
        hold.Release();
        await Task.WhenAll(running, queued).WithDeadline();

        Assert.Equal(before + 1, Read(SyncDiagnostics.Refusals, "max_queued_calls"));
        Assert.Equal(SyncLimits.RefusedThreads, Read(SyncDiagnostics.Refusals, "max_threads"));
        Assert.Equal(threads + before + 1, Read(SyncDiagnostics.Refusals));
    }

    [Fact]
    public async Task A_call_refused_as_a_deadlock_is_counted()
    {
        var before = Read(SyncDiagnostics.Deadlocks);
        await using var context = ThreadSensitiveContext.Enter();
        await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(
            () => Task.Run(async () => await SyncToAsync.Run(() => 1)).GetAwaiter().GetResult()).AsTask().WithDeadline());
        Assert.Equal(before + 1, Read(SyncDiagnostics.Deadlocks));
    }

    [Fact]
    public async Task Callers_that_are_let_go_are_counted_once_each()
    {
        var before = Read(SyncDiagnostics.CancelledCalls);
        await using var context = ThreadSensitiveContext.Enter();
        using var cancellation = new CancellationTokenSource();
        using var goOn = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = SyncToAsync.Run(
            () =>
            {
                begun.SetResult();
                Assert.True(goOn.Wait(Deadline.Default));
            },
            cancellationToken: cancellation.Token).AsTask();
        var waits = SyncToAsync.Run(() => { }, cancellationToken: cancellation.Token).AsTask();
        await begun.Task.WithDeadline();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => runs.WithDeadline());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits.WithDeadline());
        goOn.Set();
        await SyncToAsync.Run(() => { }).AsTask().WithDeadline();
        Assert.Equal(before + 2, Read(SyncDiagnostics.CancelledCalls));
    }

    [Fact]
    public async Task The_threads_are_counted_by_their_names()
    {
        await SyncToAsync.Run(() => { });
        var before = Read(SyncDiagnostics.Threads, "asgiref worker");
        await using (EventLoop.Start())
        {
            Assert.Equal(1, Read(SyncDiagnostics.Threads, "asgiref thread-sensitive"));
            Assert.InRange(Read(SyncDiagnostics.Threads, "asgiref worker"), 1, before + 1);
        }
    }

    [Fact]
    public async Task Reports_of_busy_threads_are_counted()
    {
        var before = Read(SyncDiagnostics.BusyReports);
        var clock = new FakeClock();
        using var watch = new BusyThreadWatch(new BusyThreadWatchOptions { Clock = clock });
        await using var context = ThreadSensitiveContext.Enter();
        using var goOn = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = SyncToAsync.Run(() =>
        {
            begun.SetResult();
            return goOn.Wait(Deadline.Default);
        }).AsTask();
        await begun.Task.WithDeadline();
        var second = SyncToAsync.Run(() => { }).AsTask();
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(before + 1, Read(SyncDiagnostics.BusyReports));
        goOn.Set();
        Assert.True(await first.WithDeadline());
        await second.WithDeadline();
        Assert.Equal(1, clock.ArmedTimers);
        clock.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(0, clock.ArmedTimers);
    }

    /// <summary>The sum, or what was measured under the tag; there must be something.</summary>
    private static long Read(string name, string? tag = null)
    {
        long? found = null;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == SyncDiagnostics.MeterName && instrument.Name == name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tag is null || tags[0].Value is string text && text == tag)
            {
                found = (found ?? 0) + value;
            }
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return Assert.NotNull(found);
    }
}
