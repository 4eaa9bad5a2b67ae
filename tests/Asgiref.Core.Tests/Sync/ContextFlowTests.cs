using System.Runtime.CompilerServices;
using Asgiref.Core.Local;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Tests.Sync;

public class ContextFlowTests
{
    private static readonly AsyncLocal<string?> Value = new();
    private static readonly AsyncLocal<string?> Other = new();

    [Fact]
    [Covers("CTX-01", "CTX-02", "CTX-04", "CTX-15", "MAP-03", "MAP-08")]
    public async Task A_synchronous_function_sees_the_callers_values_and_its_changes_come_back()
    {
        Value.Value = "caller";
        var seen = await SyncToAsync.Run(() =>
        {
            var seen = Value.Value;
            Value.Value = "function";
            Other.Value = "first set inside";
            return seen;
        });
        Assert.Equal(("caller", "function", "first set inside"), (seen, Value.Value, Other.Value));
        await Task.Yield();
        Assert.Equal("function", Value.Value);
    }

    [Fact]
    [Covers("CTX-03", "CTX-12", "CANC-12")]
    public async Task Changes_come_back_also_when_the_function_throws_or_ends_cancelled()
    {
        Value.Value = "caller";
        try
        {
            await SyncToAsync.Run(() =>
            {
                Value.Value = "thrown";
                throw new TimeZoneNotFoundException();
            });
            Assert.Fail("did not throw");
        }
        catch (TimeZoneNotFoundException)
        {
            Assert.Equal("thrown", Value.Value);
        }

        try
        {
            await SyncToAsync.Run(() =>
            {
                Value.Value += " and cancelled";
                throw new OperationCanceledException();
            });
            Assert.Fail("did not throw");
        }
        catch (OperationCanceledException)
        {
            Assert.Equal("thrown and cancelled", Value.Value);
        }
    }

    [Fact]
    [Covers("CTX-05", "CTX-06")]
    public async Task A_value_taken_away_and_an_equal_but_distinct_object_come_back()
    {
        var equal = new string("caller");
        Value.Value = "caller";
        Other.Value = "caller";
        await SyncToAsync.Run(() =>
        {
            Value.Value = null;
            Other.Value = equal;
        });
        Assert.Null(Value.Value);
        Assert.Same(equal, Other.Value);
    }

    [Fact]
    [Covers("CTX-07", "CTX-12", "MAP-05")]
    public Task An_asynchronous_function_sees_the_callers_values_and_its_changes_come_back() => OnThread.Run(() =>
    {
        Value.Value = "0";
        AsyncToSync.Run(async () => { Value.Value += "1"; });
        AsyncToSync.Run(async () =>
        {
            await Task.Yield();
            Value.Value += "2";
        });
        AsyncToSync.Run(AddThree);
        AsyncToSync.Run(() =>
        {
            Value.Value += "4";
            return Task.CompletedTask;
        });
        Assert.Throws<TimeZoneNotFoundException>(() => AsyncToSync.Run(async () =>
        {
            Value.Value += "5";
            await Task.Yield();
            throw new TimeZoneNotFoundException();
        }));
        Assert.Equal("012345", Value.Value);

        static async Task AddThree()
        {
            await Task.Yield();
            Value.Value += "3";
        }
    });

    [Fact]
    [Covers("CTX-07", "CTX-14")]
    public Task A_method_that_was_begun_before_the_blocking_call_brings_its_changes_too() => OnThread.Run(() =>
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Value.Value = "caller";
        var begun = ChangeAsync();
        AsyncToSync.Run(() =>
        {
            // It ends when the loop has seen that it had not.
            EventLoop.Current!.Post(_ => goOn.SetResult(), null);
            return begun;
        });
        Assert.Equal("changed", Value.Value);

        async AsgiTask ChangeAsync()
        {
            await goOn.Task;
            Value.Value = "changed";
        }
    });

    [Fact]
    [Covers("CTX-08", "CTX-14")]
    public Task The_changes_of_created_tasks_stay_their_own() => OnThread.Run(() =>
    {
        Value.Value = "caller";
        AsyncToSync.Run(async () =>
        {
            await AsgiTask.Create(async () =>
            {
                Value.Value = "task";
                await Task.Yield();
            });
            Assert.Equal("caller", Value.Value);
        });
        Assert.Equal("caller", Value.Value);
        AsyncToSync.Run(() => Task.WhenAll(ChildAsync(), ChildAsync()));
        Assert.Equal("caller", Value.Value);

        static async Task ChildAsync()
        {
            await Task.Yield();
            Value.Value = "child";
        }
    });

    [Fact]
    [Covers("CTX-14")]
    public async Task A_directly_awaited_method_shares_its_context_in_both_directions()
    {
        Value.Value = "caller";
        Assert.Equal(1, await Inner(yields: false));
        Assert.Equal("caller false", Value.Value);
        Assert.Equal(1, await Inner(yields: true).ConfigureAwait(true));
        Assert.Equal("caller false true", Value.Value);
        await Failing();
        Assert.Equal("failed", Value.Value);

        static async AsgiTask<int> Inner(bool yields)
        {
            if (yields)
            {
                await Task.Yield();
            }

            Value.Value += yields ? " true" : " false";
            return 1;
        }

        static async AsgiTask Failing()
        {
            try
            {
                await Throwing();
            }
            catch (TimeZoneNotFoundException)
            {
            }
        }

        static async AsgiTask Throwing()
        {
            Value.Value = "failed";
            await Task.Yield();
            throw new TimeZoneNotFoundException();
        }
    }

    [Fact]
    [Covers("CTX-14")]
    public async Task A_method_that_changes_nothing_brings_nothing_back()
    {
        Value.Value = "before";
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reads = ReadAsync();
        var ignores = IgnoreAsync();
        Value.Value = "meanwhile";
        goOn.SetResult();

        Assert.Equal("before", await reads);
        await ignores;
        Assert.Equal("meanwhile", Value.Value);

        async AsgiTask<string?> ReadAsync()
        {
            await goOn.Task;
            return Value.Value;
        }

        async AsgiTask IgnoreAsync() => await goOn.Task;
    }

    [Fact]
    [Covers("CTX-14")]
    public async Task An_awaited_method_keeps_none_of_its_contexts()
    {
        var (task, references) = await AwaitAsync();
        await WaitUntil.CollectedAsync(() => references.All(reference => !reference.IsAlive));
        Assert.True(task.AsTask().IsCompletedSuccessfully);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static async Task<(AsgiTask Task, WeakReference[] References)> AwaitAsync()
        {
            var (before, after) = (new string('b', 1), new string('a', 1));
            Value.Value = before;
            var task = ChangeAsync(after);
            await task;
            Assert.Same(after, Value.Value);
            return (task, [new WeakReference(before), new WeakReference(after)]);
        }

        static async AsgiTask ChangeAsync(string value)
        {
            await Task.Yield();
            Value.Value = value;
        }
    }

    [Fact]
    [Covers("CTX-13")]
    public async Task The_librarys_own_state_of_a_call_does_not_come_back()
    {
        var before = SyncFlow.Current;
        await SyncToAsync.Run(() =>
        {
            Value.Value = "changed";
            AsyncToSync.Run(async () => { Value.Value = "again"; });
        });
        Assert.Equal("again", Value.Value);
        Assert.Equal(before, SyncFlow.Current);
        Assert.Equal(CancellationToken.None, AsgiCancellation.Token);
    }

    [Fact]
    [Covers("CTX-09")]
    public async Task A_given_context_collects_the_changes_of_its_calls_and_the_caller_keeps_its_own()
    {
        Value.Value = "-";
        var context = CallContext.Capture();
        var options = new SyncToAsyncOptions { Context = context };

        await Task.WhenAll(
            SyncToAsync.Run(() => { Value.Value += "a"; }, options).AsTask(),
            SyncToAsync.Run(() => { Value.Value += "b"; }, options).AsTask()).WithDeadline();
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(async () => await SyncToAsync.Run(
            () =>
            {
                Value.Value += "c";
                throw new TimeZoneNotFoundException();
            },
            options));

        Assert.Equal("-", Value.Value);
        context.Run(() => Assert.Equal("-abc", Value.Value));
    }

    [Fact]
    [Covers("CTX-09")]
    public void Code_that_runs_in_a_context_sees_and_changes_its_values_only_and_leaves_it_also_when_it_throws()
    {
        Value.Value = "-";
        var context = CallContext.Capture();
        context.Run(() => Value.Value += "a");
        Assert.Throws<TimeZoneNotFoundException>(() => context.Run(() =>
        {
            Value.Value += "b";
            throw new TimeZoneNotFoundException();
        }));
        string? seen = null;
        context.Run(() => seen = Value.Value);

        Assert.Equal(("-", "-ab"), (Value.Value, seen));
    }

    [Fact]
    [Covers("CTX-09")]
    public void A_context_has_a_copy_of_the_values_that_awaited_code_shares_too()
    {
        var local = new Local<int> { Value = 1 };
        var context = CallContext.Capture();
        local.Value = 2;
        int seen = 0;
        context.Run(() =>
        {
            seen = local.Value;
            local.Value = 3;
        });

        Assert.Equal((1, 2), (seen, local.Value));
    }

    [Fact]
    public async Task Two_calls_share_the_values_of_a_caller_that_had_none_before()
    {
        var (first, second) = (new Local<int>(), new Local<int>());
        var running = await OnThread.Run(CallTwiceAsync);
        await running.WithDeadline();

        async Task CallTwiceAsync()
        {
            Assert.Null(LocalFlow.Current);
            var calls = new[]
            {
                SyncToAsync.Run(() => { first.Value = 1; }, SyncToAsyncOptions.Pooled),
                SyncToAsync.Run(() => { second.Value = 2; }, SyncToAsyncOptions.Pooled),
            };
            await calls[0];
            await calls[1];
            Assert.Equal((1, 2), (first.Value, second.Value));
        }
    }

    [Fact]
    public Task Tasks_of_a_blocking_call_share_the_values_of_a_caller_that_had_none_before() => OnThread.Run(() =>
    {
        Assert.Null(LocalFlow.Current);
        var (first, second) = (new Local<int>(), new Local<int>());
        AsyncToSync.Run(() => Task.WhenAll(SetAsync(first), SetAsync(second)));
        Assert.Equal((1, 1), (first.Value, second.Value));

        static async Task SetAsync(Local<int> local)
        {
            await Task.Yield();
            local.Value = 1;
        }
    });

    [Fact]
    [Covers("CTX-10")]
    public async Task A_given_context_collects_the_changes_of_calls_and_of_created_tasks()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            Value.Value = "-";
            var context = CallContext.Capture();
            var options = new SyncToAsyncOptions { Context = context };
            await Task.WhenAll(
                SyncToAsync.Run(() => { Value.Value += "a"; }, options).AsTask(),
                SyncToAsync.Run(() => { Value.Value += "b"; }, options).AsTask());
            var tasks = new[]
            {
                AsgiTask.Create(async () => { Value.Value += "c"; }, context),
                AsgiTask.Create(async () => Value.Value += "d", context),
            };
            await Task.WhenAll(tasks);
            await AsgiTask.Create(
                async () =>
                {
                    await Task.Yield();
                    await SyncToAsync.Run(() => { Value.Value += "e"; });
                    Assert.Same(loop, EventLoop.Current);
                },
                context);

            Assert.Equal("-", Value.Value);
            context.Run(() => Assert.Equal("-abcde", Value.Value));
        }).WithDeadline();
    }

    [Fact]
    [Covers("CTX-10", "CTX-11")]
    public async Task A_created_task_is_in_its_context_to_its_end_also_when_it_fails()
    {
        Value.Value = "-";
        using var cancellation = new CancellationTokenSource();
        AsgiCancellation.Enter(cancellation.Token);
        await using var sensitive = ThreadSensitiveContext.Enter();
        var (context, inside, outside) = (CallContext.Capture(), SyncFlow.Current, new SyncFlow());
        AsgiCancellation.Enter(CancellationToken.None);
        SyncFlow.Current = outside;
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = AsgiTask.Create(
            async AsgiTask () =>
            {
                entered.SetResult();
                await goOn.Task;
                // The call's own state comes from the creator, and not with the values.
                Assert.Equal(CancellationToken.None, AsgiCancellation.Token);
                Assert.Null(SyncFlow.Current.SensitiveContext);
                Value.Value += "a";
                throw new TimeZoneNotFoundException();
            },
            context);
        await entered.Task.WithDeadline();

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => AsgiTask.Create(async () => Assert.Fail("ran"), context).WithDeadline());
        var error = Assert.Throws<InvalidOperationException>(() => context.Run(() => Assert.Fail("ran")));
        Assert.Equal("This CallContext is already entered by another call.", error.Message);

        goOn.SetResult();
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => first.WithDeadline());
        Assert.Equal(1, await AsgiTask.Create(async () => 1, context).WithDeadline());
        context.Run(() => Assert.Equal(("-a", cancellation.Token, inside), (Value.Value, AsgiCancellation.Token, SyncFlow.Current)));
        Assert.Equal("-", Value.Value);
    }

    [Fact]
    [Covers("CTX-11")]
    public async Task A_given_context_is_entered_by_one_call_at_a_time()
    {
        var options = new SyncToAsyncOptions { ThreadSensitive = false, Context = CallContext.Capture() };
        using var hold = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = SyncToAsync.Run(
            () =>
            {
                entered.SetResult();
                Assert.True(hold.Wait(Deadline.Default));
            },
            options).AsTask();
        await entered.Task.WithDeadline();

        await Assert.ThrowsAsync<InvalidOperationException>(() => SyncToAsync.Run(() => Assert.Fail("ran"), options).AsTask().WithDeadline());

        hold.Set();
        await first.WithDeadline();
        await SyncToAsync.Run(() => { }, options);
    }
}
