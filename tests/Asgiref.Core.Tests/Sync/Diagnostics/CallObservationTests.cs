using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Tests.Sync.Diagnostics;

/// <summary>The steps of a call in the orders that a race can give them.</summary>
public class CallObservationTests
{
    [Fact]
    public Task A_call_that_an_executor_did_not_take_waits_for_the_next_one_only() => OnThread.Run(() =>
    {
        using var recorder = new InstrumentRecorder();
        var observation = CallObservation.Of(new ActionWork(() => { }))!;
        observation.SubmittedTo("first");
        observation.SubmittedTo("second");
        observation.Ended(new InvalidOperationException());

        Assert.Equal(
            ["asgiref.calls.queued +1 first", "asgiref.calls.queued -1 first", "asgiref.calls.queued +1 second", "asgiref.calls.queued -1 second"],
            recorder.Take());
    });

    [Fact]
    public Task A_call_that_was_cancelled_while_it_was_submitted_waits_nowhere_and_ends_once() => OnThread.Run(() =>
    {
        using var recorder = new InstrumentRecorder();
        var observation = CallObservation.Of(new ActionWork(() => { }))!;
        observation.Ended(new OperationCanceledException());
        observation.SubmittedTo("executor");
        Assert.Empty(recorder.Take());

        observation = CallObservation.Of(new ActionWork(() => { }))!;
        observation.SubmittedTo("executor");
        observation.Begun();
        observation.Ended(null);
        recorder.Take();
        observation.Ended(new OperationCanceledException());
        Assert.Empty(recorder.Take());
    });
}
