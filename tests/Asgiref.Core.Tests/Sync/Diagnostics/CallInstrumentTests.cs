using System.Diagnostics;
using System.Diagnostics.Metrics;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Diagnostics;

namespace Asgiref.Core.Tests.Sync.Diagnostics;

/// <summary>What calls record. They run on the test's own thread, and nothing else is looked at.</summary>
public class CallInstrumentTests
{
    [Fact]
    public Task A_call_is_queued_then_runs_and_both_times_are_recorded() => OnThread.Run(() =>
    {
        using var recorder = new InstrumentRecorder();
        var executor = new ManualExecutor();
        var options = SyncToAsyncOptions.Pooled with { Executor = executor };
        var call = SyncToAsync.Run(() => recorder.Take(), options);
        Assert.Equal(["asgiref.calls.queued +1 custom"], recorder.Take());

        executor.RunAll();
        Assert.Equal(["asgiref.calls.queued -1 custom", "asgiref.calls.running +1 custom", "asgiref.calls.queue.duration custom"], Result(call));
        Assert.Equal(["asgiref.calls.running -1 custom", "asgiref.calls.run.duration custom returned"], recorder.Take());
    });

    [Fact]
    public Task How_a_function_ended_is_recorded_with_its_time() => OnThread.Run(() =>
    {
        using var recorder = new InstrumentRecorder();
        var executor = new ManualExecutor();
        var options = SyncToAsyncOptions.Pooled with { Executor = executor };
        SyncToAsync.Run(() => throw new InvalidOperationException(), options);
        SyncToAsync.Run(() => throw new OperationCanceledException(), options);
        executor.RunAll();

        Assert.Equal(
            ["asgiref.calls.run.duration custom raised", "asgiref.calls.run.duration custom cancelled"],
            recorder.Take().Where(entry => entry.Contains("run.duration", StringComparison.Ordinal)));
    });

    [Fact]
    public Task A_call_that_never_runs_leaves_the_queue() => OnThread.Run(() =>
    {
        using var recorder = new InstrumentRecorder();
        using var cancellation = new CancellationTokenSource();
        var executor = new ManualExecutor();
        var options = SyncToAsyncOptions.Pooled with { Executor = executor };
        SyncToAsync.Run(() => { }, options, cancellation.Token);
        SyncToAsync.Run(() => { }, options);
        cancellation.Cancel();
        executor.RefuseAll(new InvalidOperationException());

        Assert.Equal(
            ["asgiref.calls.queued +1 custom", "asgiref.calls.queued +1 custom", "asgiref.calls.queued -1 custom", "asgiref.calls.queued -1 custom"],
            recorder.Take());
    });

    [Fact]
    public Task The_calls_of_a_blocked_thread_are_recorded_as_the_callers() => OnThread.Run(() =>
    {
        using var recorder = new InstrumentRecorder();
        AsyncToSync.Run(async () => await SyncToAsync.Run(() => { }));

        // What the loop's thread records is not looked at.
        Assert.Equal(
            [
                "asgiref.calls.queued +1 loop_thread",
                "asgiref.calls.queued -1 caller_thread",
                "asgiref.calls.running +1 caller_thread",
                "asgiref.calls.queue.duration caller_thread",
                "asgiref.calls.running -1 caller_thread",
                "asgiref.calls.run.duration caller_thread returned",
                "asgiref.calls.running -1 loop_thread",
                "asgiref.calls.run.duration loop_thread returned",
            ],
            recorder.Take());
    });

    [Fact]
    public Task A_listener_that_comes_late_does_not_see_calls_leave_that_it_did_not_see_come() => OnThread.Run(() =>
    {
        // It samples nothing, but makes the call one that is observed.
        using var other = new ActivityListener { ShouldListenTo = source => source.Name == SyncDiagnostics.ActivitySourceName };
        ActivitySource.AddActivityListener(other);
        var executor = new ManualExecutor();
        var call = SyncToAsync.Run(() => 1, SyncToAsyncOptions.Pooled with { Executor = executor });
        using var recorder = new InstrumentRecorder();
        executor.RunAll();
        Assert.Equal(1, Result(call));
        Assert.Equal(
            [
                "asgiref.calls.running +1 custom",
                "asgiref.calls.queue.duration custom",
                "asgiref.calls.running -1 custom",
                "asgiref.calls.run.duration custom returned",
            ],
            recorder.Take());
    });

    [Fact]
    public Task A_listener_that_throws_does_not_break_calls() => OnThread.Run(() =>
    {
        using var recorder = new InstrumentRecorder { Error = new InvalidOperationException("listener") };
        var told = 0;
        EventHandler<UnhandledExceptionEventArgs> tell = (_, failure) => told += ReferenceEquals(failure.ExceptionObject, recorder.Error) ? 1 : 0;
        SyncDiagnostics.HandlerFailed += tell;
        try
        {
            var executor = new ManualExecutor();
            var call = SyncToAsync.Run(() => 1, SyncToAsyncOptions.Pooled with { Executor = executor });
            executor.RunAll();
            Assert.Equal(1, Result(call));
            Assert.Equal(6, told);
        }
        finally
        {
            SyncDiagnostics.HandlerFailed -= tell;
        }
    });

    [Fact]
    public void Each_instrument_has_the_name_unit_and_description_that_the_page_tells()
    {
        var instruments = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == SyncDiagnostics.MeterName)
                {
                    instruments[instrument.Name] = instrument.Unit;
                    Assert.False(string.IsNullOrEmpty(instrument.Description));
                }
            },
        };
        SyncInstruments.Publish();
        listener.Start();

        Assert.Equal(
            new SortedDictionary<string, string?>(StringComparer.Ordinal)
            {
                [SyncDiagnostics.QueuedCalls] = "{call}",
                [SyncDiagnostics.RunningCalls] = "{call}",
                [SyncDiagnostics.QueueDuration] = "s",
                [SyncDiagnostics.RunDuration] = "s",
                [SyncDiagnostics.CancelledCalls] = "{call}",
                [SyncDiagnostics.Deadlocks] = "{call}",
                [SyncDiagnostics.Threads] = "{thread}",
                [SyncDiagnostics.Refusals] = "{refusal}",
                [SyncDiagnostics.BusyReports] = "{report}",
            },
            instruments);
    }

    private static T Result<T>(SyncCall<T> call)
    {
        var task = call.AsTask();
        Assert.True(task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Keeps calls until the test runs or refuses them, on the test's thread.</summary>
    private sealed class ManualExecutor : IWorkExecutor
    {
        private readonly Queue<IExecutorWork> _queue = new();

        public void Submit(IExecutorWork work) => _queue.Enqueue(work);

        public void RunAll() => TakeAll(work => work.Execute());

        public void RefuseAll(Exception reason) => TakeAll(work => work.Refuse(reason));

        private void TakeAll(Action<IExecutorWork> take)
        {
            while (_queue.TryDequeue(out var work))
            {
                take(work);
            }
        }
    }
}
