using Asgiref.Core.Callables;
using Asgiref.Core.Callables.Incoming;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Asgiref.Core.Tests.Callables.Network;
using Asgiref.Core.Tests.Sync;

namespace Asgiref.Core.Tests.Callables;

public sealed class CallLimitTests : IAsyncDisposable
{
    private readonly MemoryNetwork _network = new();
    private readonly CountingObserver _seen = new();
    private readonly MemoryProcess _here;
    private readonly MemoryProcess _there;

    public CallLimitTests()
    {
        _here = _network.Add(new CallableOptions { ContextValues = 100 });
        _there = _network.Add(new CallableOptions { CallDepth = 3, ContextValues = 50 });
        _there.Registry.Host.Observer = _seen;
    }

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task A_call_too_deep_is_refused_where_it_is_made_and_where_it_arrives()
    {
        _here.Registry.AddAsync<int, int>("here", async left => left == 0 ? 0 : 1 + await _here.Registry.CallAsync<int, int>("there", left - 1));
        _there.Registry.AddAsync<int, int>("there", async left => left == 0 ? 0 : 1 + await _there.Registry.CallAsync<int, int>("here", left - 1));
        Assert.Equal(2, await _here.Registry.CallAsync<int, int>("there", 2));
        var error = await Assert.ThrowsAsync<RemoteCallException>(async () => await _here.Registry.CallAsync<int, int>("there", 4));
        Assert.Equal(typeof(CallRefusedException).FullName, error.TypeName);
        Assert.Contains("'here' would be call 4 of its tree; 3 may be made", error.Message, StringComparison.Ordinal);
        Assert.Equal([CallableLimit.CallDepth], _seen.Limits);
        Assert.Empty(_seen.Refusals);

        var third = _network.Add();
        third.Registry.AddAsync<int, int>("pong", async left => await third.Registry.CallAsync<int, int>(left == 0 ? "there" : "ping", 0));
        _here.Registry.AddAsync<int, int>("ping", async left => await _here.Registry.CallAsync<int, int>("pong", left));
        error = await Assert.ThrowsAsync<RemoteCallException>(async () => await _here.Registry.CallAsync<int, int>("pong", 1));
        Assert.Contains("'there' would be call 4 of its tree; 3 may be made", error.Message, StringComparison.Ordinal);
        Assert.Equal([CallFailureKind.TooDeep], _seen.Refusals);
    }

    [Fact]
    public async Task Places_are_kept_and_descendants_pass_by_them()
    {
        using var hold = new Hold();
        var one = CallableSettings.Pooled with { MaxConcurrentCalls = 1 };
        _there.Registry.Add("hold", hold.Wait, one);
        _there.Registry.AddAsync("again", async (int left) =>
        {
            if (left > 0)
            {
                await _there.Registry.CallAsync<int, NoValue>("around", left - 1);
            }
        }, one);
        _here.Registry.AddAsync("around", async (int left) => await _here.Registry.CallAsync<int, NoValue>("again", left));
        await _here.Registry.CallAsync<int, NoValue>("again", 1).AsTask().WithDeadline();

        var first = _here.Registry.SyncToAsync<NoValue, NoValue>("hold").InvokeAsync().AsTask();
        await hold.Entered.WithDeadline();
        var error = await Assert.ThrowsAsync<CallRefusedException>(async () => await _here.Registry.SyncToAsync<NoValue, NoValue>("hold").InvokeAsync());
        Assert.Equal((CallRefusal.Overloaded, "1 calls of 'hold' run already (MaxConcurrentCalls)."), (error.Code, error.Message));
        Assert.Equal([CallFailureKind.Overloaded], _seen.Refusals);
        hold.Release();
        await first.WithDeadline();
        await WaitUntil.HoldsAsync(() => _seen.Running == 0);
        Assert.Equal([null, null, null], _seen.Ends);
    }

    [Fact]
    public async Task A_drain_refuses_new_calls_but_not_those_of_calls_that_run()
    {
        using var hold = new Hold();
        _there.Registry.Add("leaf", static () => 1).Add("hold", () =>
        {
            hold.Wait();
            return _there.Registry.AsyncToSync<NoValue, int>("around").Invoke();
        }, CallableSettings.Pooled);
        _here.Registry.AddAsync("around", async () => await _here.Registry.SyncToAsync<NoValue, int>("leaf").InvokeAsync());
        var running = _here.Registry.SyncToAsync<NoValue, int>("hold").InvokeAsync().AsTask();
        await hold.Entered.WithDeadline();
        var drained = _there.Registry.Host.DrainAsync();
        var error = await Assert.ThrowsAsync<CallRefusedException>(async () => await _here.Registry.SyncToAsync<NoValue, int>("leaf").InvokeAsync());
        Assert.Equal(CallRefusal.Draining, error.Code);
        Assert.False(drained.IsCompleted);
        hold.Release();
        Assert.Equal(1, await running.WithDeadline());
        await drained.WithDeadline();
        _there.Registry.Host.Resume();
        Assert.Equal(1, await _here.Registry.SyncToAsync<NoValue, int>("leaf").InvokeAsync());
    }

    [Fact]
    public async Task A_bag_that_is_too_large_does_not_go_along_and_changes_that_are_do_not_come_back()
    {
        _there.Registry.Add("any", static () => { }).Add("set", static (int length) => ContextBag.Set("a", new string('x', length)));
        ContextBag.Set("b", new string('x', 101));
        var error = await Assert.ThrowsAsync<CallArgumentException>(async () => await _here.Registry.SyncToAsync<NoValue, NoValue>("any").InvokeAsync());
        Assert.Equal("The context bag is too large to go with 'any': more than 100 bytes (ContextValues).", error.Message);
        Assert.Empty(_there.Incoming);

        ContextBag.Remove("b");
        await _here.Registry.CallAsync<int, NoValue>("set", 10);
        error = await Assert.ThrowsAsync<CallArgumentException>(async () => await _here.Registry.CallAsync<int, NoValue>("set", 51));
        Assert.Equal("'set' has changed more of the context bag than 50 bytes (ContextValues).", error.Message);
        Assert.True(ContextBag.TryGet("a", out var kept) && kept == "xxxxxxxxxx");
    }

    [Fact]
    public async Task What_is_told_of_an_exception_is_bounded()
    {
        _there.Registry.Add("fail", static void () =>
        {
            Exception error = new FormatException("innermost");
            for (var i = 0; i < 40; i++)
            {
                error = new FormatException(new string('é', 20_000), error);
            }

            throw error;
        });
        var error = await Assert.ThrowsAsync<RemoteCallException>(async () => await _here.Registry.SyncToAsync<NoValue, NoValue>("fail").InvokeAsync());
        Assert.Equal(8 * 1024, error.Message.Length);
        var causes = 0;
        for (var cause = error.InnerException; cause is not null; cause = cause.InnerException)
        {
            causes++;
        }

        Assert.Equal(16, causes);
    }
}
