using System.Runtime.CompilerServices;
using Asgiref.Core.Local;

namespace Asgiref.Core.Tests.Local;

[Collection(WholeProcess.Name)]
public sealed class LocalTests
{
    private readonly Core.Local.Local _local = new("request");

    [Fact]
    [Covers("LOCAL-01", "LOCAL-19")]
    public async Task In_async_code_a_name_is_unset_then_set_then_unset_again()
    {
        LocalFlow.Fork();
        await Task.Yield();
        Assert.Throws<KeyNotFoundException>(() => _local["user"]);
        _local["user"] = "ann";
        await Task.Yield();
        Assert.Equal("ann", _local["user"]);
        _local.Remove("user");
        Assert.False(_local.TryGet("user", out _));
        Assert.Throws<KeyNotFoundException>(() => _local.Remove("user"));
        Assert.False(_local.TryRemove("user"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("LOCAL-02")]
    public Task So_it_is_in_a_plain_thread(bool threadCritical) => PlainThread.RunAsync(() =>
    {
        var local = new Core.Local.Local(threadCritical: threadCritical);
        Assert.False(local.TryGet("user", out _));
        local["user"] = "ann";
        Assert.Equal("ann", local["user"]);
        Assert.True(local.TryRemove("user"));
        Assert.False(local.TryGet("user", out _));
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("LOCAL-03", "LOCAL-13")]
    public Task A_value_of_one_thread_is_invisible_in_another(bool threadCritical) => PlainThread.RunAsync(() =>
    {
        var local = new Local<int>(threadCritical: threadCritical) { Value = 1 };
        var inner = new Thread(() => local.Value = local.TryGet(out _) ? -1 : 2);
        inner.Start();
        Assert.True(inner.Join(Deadline.Default));
        Assert.Equal(1, local.Value);
    });

    [Fact]
    [Covers("LOCAL-13", "LOCAL-14")]
    public async Task A_thread_started_from_async_code_begins_empty_and_so_does_what_it_awaits()
    {
        var local = new Local<int> { Value = 1 };
        await PlainThread.RunAsync(() =>
        {
            var awaited = Task.Run(async () =>
            {
                await Task.Yield();
                return local.TryGet(out _);
            });
            Assert.False(awaited.WaitAsync(Deadline.Default).GetAwaiter().GetResult());
            Assert.False(local.TryGet(out _));
        });
        Assert.Equal(1, local.Value);
    }

    [Fact]
    [Covers("CTX-14", "LOCAL-11")]
    public async Task Awaited_code_shares_values_with_its_caller_in_both_directions()
    {
        var local = new Local<int> { Value = 1 };
        await ChangeAsync().WithDeadline();
        Assert.Equal(2, local.Value);
        await RemoveAsync().WithDeadline();
        Assert.False(local.TryGet(out _));

        async Task ChangeAsync()
        {
            await Task.Yield();
            Assert.Equal(1, local.Value);
            local.Value = 2;
        }

        async Task RemoveAsync()
        {
            await Task.Yield();
            local.Remove();
        }
    }

    [Fact]
    [Covers("LOCAL-11")]
    public async Task Threads_and_flows_do_not_disturb_each_other()
    {
        using var together = new Barrier(4);
        var local = new Local<int>();
        var threads = Enumerable.Range(0, 4).Select(number => PlainThread.RunAsync(() =>
        {
            for (var round = 0; round < 100; round++)
            {
                local.Value = (number * 1000) + round;
                Assert.True(together.SignalAndWait(Deadline.Default));
                Assert.Equal((number * 1000) + round, local.Value);
            }
        }));
        await Task.WhenAll(threads);
        Assert.False(local.TryGet(out _));
    }

    [Fact]
    [Covers("LOCAL-16", "LOCAL-21", "CTX-14")]
    public async Task What_a_forked_flow_sets_and_removes_stays_there()
    {
        _local["kept"] = 1;
        _local["changed"] = 1;
        await Task.Run(() =>
        {
            LocalFlow.Fork();
            Assert.Equal(1, _local["kept"]);
            _local.Remove("kept");
            _local["changed"] = 2;
            _local["new"] = 3;
        }).WithDeadline();
        Assert.Equal((1, 1), (_local["kept"], _local["changed"]));
        Assert.False(_local.TryGet("new", out _));
    }

    [Fact]
    [Covers("CTX-06")]
    public void An_equal_but_distinct_object_replaces_the_old_one()
    {
        var (first, second) = (new string('a', 3), new string('a', 3));
        var typed = new Local<string> { Value = first };
        _local["name"] = first;
        typed.Value = second;
        _local["name"] = second;
        Assert.Same(second, typed.Value);
        Assert.Same(second, _local["name"]);
    }

    [Fact]
    public void Null_is_a_value()
    {
        var typed = new Local<string?> { Value = null };
        _local["name"] = null;
        Assert.True(_local.TryGet("name", out _));
        Assert.True(typed.TryGet(out _));
        Assert.True(typed.TryRemove());
        Assert.False(typed.TryRemove());
    }

    [Fact]
    public void A_typed_local_gives_its_value_without_throwing()
    {
        var typed = new Local<int>();
        Assert.Equal((false, 0), (typed.TryGet(out var value), value));
        typed.Value = 7;
        Assert.Equal((true, 7), (typed.TryGet(out value), value));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_says_whether_it_is_thread_critical(bool threadCritical)
    {
        Assert.Equal(threadCritical, new Core.Local.Local(threadCritical: threadCritical).IsThreadCritical);
        Assert.Equal(threadCritical, new Local<int>(threadCritical: threadCritical).IsThreadCritical);
    }

    [Fact]
    public void A_missing_name_is_refused_also_by_a_local_without_values()
    {
        Assert.Throws<ArgumentNullException>("name", () => _local.Set(null!, 1));
        Assert.Throws<ArgumentNullException>("name", () => _local.TryRemove(null!));
    }

    [Fact]
    [Covers("LOCAL-23", "LOCAL-19")]
    public void Errors_name_the_local_and_the_key()
    {
        var missing = Assert.Throws<KeyNotFoundException>(() => _local["user"]);
        Assert.Equal("request has no value \"user\" in this flow.", missing.Message);
        var typed = new Local<int>("depth");
        Assert.Equal("depth has no value in this flow.", Assert.Throws<InvalidOperationException>(() => typed.Value).Message);
        Assert.Throws<InvalidOperationException>(typed.Remove);
        Assert.Equal("Local<Int32> has no value in this flow.", Assert.Throws<InvalidOperationException>(() => new Local<int>().Value).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("LOCAL-04")]
    public Task A_collected_local_never_hands_its_data_to_new_ones(bool threadCritical) => PlainThread.RunAsync(() =>
    {
        for (var round = 0; round < 100; round++)
        {
            MakeCycle(threadCritical);
            GC.Collect();
            Assert.False(new Core.Local.Local(threadCritical: threadCritical).TryGet("self", out _));
        }
    });

    [Fact]
    [Covers("LOCAL-20")]
    public async Task Sets_from_many_threads_of_one_flow_all_arrive()
    {
        LocalFlow.Fork();
        var work = Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
            {
                _local[$"{worker}.{i}"] = i;
            }
        }));
        await Task.WhenAll(work).WithDeadline();
        Assert.All(Enumerable.Range(0, 8), worker => Assert.All(Enumerable.Range(0, 500), i => Assert.Equal(i, _local[$"{worker}.{i}"])));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("LOCAL-24")]
    public async Task Values_of_an_ended_flow_or_thread_are_freed(bool threadCritical)
    {
        var local = new Local<object>(threadCritical: threadCritical);
        var value = await SetInFlowThatEndsAsync(local);
        var ofThread = await SetInThreadThatEndsAsync(local);
        await WaitUntil.CollectedAsync(() => !IsAlive(value) && !IsAlive(ofThread));
        GC.KeepAlive(local);
    }

    [Fact]
    [Covers("LOCAL-24")]
    public async Task Many_ended_flows_leave_nothing_behind()
    {
        await RunFlowsAsync(1_000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await RunFlowsAsync(100_000);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < 10_000_000, $"100,000 flows of 1 kB left {grown} bytes.");

        async Task RunFlowsAsync(int count)
        {
            for (var i = 0; i < count; i++)
            {
                await Task.Run(() =>
                {
                    LocalFlow.Fork();
                    _local["buffer"] = new byte[1024];
                });
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void MakeCycle(bool threadCritical)
    {
        var local = new Core.Local.Local(threadCritical: threadCritical);
        local["self"] = local;
    }

    private static Task<WeakReference<object>> SetInFlowThatEndsAsync(Local<object> local) => Task.Run(() =>
    {
        LocalFlow.Fork();
        return SetNew(local);
    }).WithDeadline();

    private static async Task<WeakReference<object>> SetInThreadThatEndsAsync(Local<object> local)
    {
        WeakReference<object>? value = null;
        await PlainThread.RunAsync(() => value = SetNew(local));
        return value!;
    }

    // Apart, so that no frame of the test keeps the target.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsAlive(WeakReference<object> value) => value.TryGetTarget(out _);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<object> SetNew(Local<object> local)
    {
        var value = new object();
        local.Value = value;
        return new WeakReference<object>(value);
    }
}
