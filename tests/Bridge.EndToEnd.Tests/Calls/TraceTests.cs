using System.Diagnostics;

namespace Bridge.EndToEnd.Tests.Calls;

/// <summary>The trace context between processes, of which only w2 records anything.</summary>
[Collection(CallProcesses.Name)]
public sealed class TraceTests(CallProcesses processes)
{
    private readonly CallField _field = processes.Field;

    [Theory]
    [InlineData("w2.async")]
    [InlineData("w1.sync w2.async")]
    [InlineData("bridge.async w1.task here.sync w2.async")]
    public async Task A_trace_goes_on_through_processes_that_record_nothing(string way)
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        var visits = await _field.Route.CallAsync(way.Split(' ')).AsTask().WithDeadline();
        Assert.Equal($"{activity.TraceId}-{activity.SpanId}", visits[^1].Trace);
        Assert.All(visits.SkipLast(1).Where(visit => visit.Process is "w1" or CallField.Bridge), visit => Assert.Null(visit.Trace));
    }

    [Theory]
    [InlineData("w2.async w1.async w2.async")]
    [InlineData("w2.async here.async bridge.sync w2.async")]
    public async Task It_goes_on_from_a_process_that_records_below_what_that_recorded(string way)
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        var visits = await _field.Route.CallAsync(way.Split(' ')).AsTask().WithDeadline();
        var traces = visits.Where(visit => visit.Process == "w2").Select(visit => visit.Trace!.Split('-')).ToArray();
        Assert.Equal(2, traces.Length);
        Assert.All(traces, trace => Assert.Equal($"{activity.TraceId}", trace[0]));
        Assert.Equal($"{activity.SpanId}", traces[0][1]);
        Assert.NotEqual(traces[0][1], traces[1][1]);
    }
}
