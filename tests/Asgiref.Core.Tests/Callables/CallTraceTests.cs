using System.Collections.Concurrent;
using System.Diagnostics;
using Asgiref.Core.Callables;
using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Tests.Callables.Network;

namespace Asgiref.Core.Tests.Callables;

[Collection(WholeProcess.Name)]
public sealed class CallTraceTests
{
    private const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public async Task A_trace_goes_through_a_process_that_records_nothing()
    {
        await using var network = new MemoryNetwork();
        var (here, there, third) = (network.Add(), network.Add(), network.Add());
        third.Registry.Add("last", static () => { });
        there.Registry.AddAsync("pass", async () => await there.Registry.SyncToAsync<NoValue, NoValue>("last").InvokeAsync());
        using var activity = new Activity("test").SetParentId(Parent).Start();
        activity.TraceStateString = "vendor=1";
        await here.Registry.SyncToAsync<NoValue, NoValue>("pass").InvokeAsync();
        Assert.Equal((activity.Id, "vendor=1"), (there.Incoming.Single().Request.TraceParent, there.Incoming.Single().Request.TraceState));
        Assert.Equal((activity.Id, "vendor=1"), (third.Incoming.Single().Request.TraceParent, third.Incoming.Single().Request.TraceState));
        Assert.Same(activity, Activity.Current);
    }

    [Fact]
    public async Task A_listener_sees_both_sides_of_a_call_in_one_trace()
    {
        var ended = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SyncDiagnostics.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var network = new MemoryNetwork();
        var (here, there) = (network.Add(), network.Add());
        there.Registry.AddAsync("fail", static async () =>
        {
            await Task.Yield();
            throw new FormatException("no");
        });
        using var around = new Activity("test").Start();
        await Assert.ThrowsAsync<RemoteCallException>(async () => await here.Registry.SyncToAsync<NoValue, NoValue>("fail").InvokeAsync());
        Assert.Same(around, Activity.Current);
        await WaitUntil.HoldsAsync(() => ended.Count(activity => activity.TraceId == around.TraceId) == 2);
        var outgoing = ended.Single(activity => activity.OperationName == CallableDiagnostics.OutgoingActivity && activity.TraceId == around.TraceId);
        var incoming = ended.Single(activity => activity.OperationName == CallableDiagnostics.IncomingActivity && activity.TraceId == around.TraceId);
        Assert.Equal(outgoing.SpanId, incoming.ParentSpanId);
        Assert.Equal(around.SpanId, outgoing.ParentSpanId);
        Assert.Equal((ActivityStatusCode.Error, ActivityStatusCode.Error), (outgoing.Status, incoming.Status));
        Assert.Equal("fail", incoming.GetTagItem(CallableDiagnostics.CallableTag));
        Assert.Equal(ActivityKind.Server, incoming.Kind);
    }
}
