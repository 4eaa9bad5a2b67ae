using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

/// <summary>Each shape of call and of wrapper takes its options, and has the defaults without.</summary>
public class WrapperOptionsTests
{
    private static readonly SyncToAsyncOptions Pooled = SyncToAsyncOptions.Pooled;
    private static readonly SyncToAsyncOptions Refused = new() { Executor = ThreadPoolExecutor.Instance };
    private static readonly AsyncToSyncOptions NewLoop = new() { ForceNewLoop = true };

    [Fact]
    [Covers("SYNC-02", "SYNC-12")]
    public void A_wrapped_synchronous_function_keeps_its_options()
    {
        Assert.Equal(
            [Pooled, Pooled, Pooled, Pooled, Pooled],
            [
                SyncToAsync.Wrap(() => { }, Pooled).Options,
                SyncToAsync.Wrap((int _) => { }, Pooled).Options,
                SyncToAsync.Wrap(() => 1, Pooled).Options,
                SyncToAsync.Wrap((int i) => i, Pooled).Options,
                SyncToAsync.Wrap((Delegate)(() => 1), Pooled).Options,
            ]);
        SyncToAsyncOptions[] defaults =
        [
            SyncToAsync.Wrap(() => { }).Options,
            SyncToAsync.Wrap((int _) => { }).Options,
            SyncToAsync.Wrap(() => 1).Options,
            SyncToAsync.Wrap((int i) => i).Options,
            SyncToAsync.Wrap((Delegate)(() => 1)).Options,
        ];
        Assert.All(defaults, options => Assert.Same(SyncToAsyncOptions.Default, options));
        Assert.True(SyncToAsyncOptions.Default.ThreadSensitive);
        Assert.False(Pooled.ThreadSensitive);
    }

    [Fact]
    [Covers("A2S-02")]
    public void A_wrapped_asynchronous_function_keeps_its_options()
    {
        Assert.Equal(
            [NewLoop, NewLoop, NewLoop, NewLoop, NewLoop],
            [
                AsyncToSync.Wrap(async () => { }, NewLoop).Options,
                AsyncToSync.Wrap(async (int _) => { }, NewLoop).Options,
                AsyncToSync.Wrap(async () => 1, NewLoop).Options,
                AsyncToSync.Wrap(async (int i) => i, NewLoop).Options,
                AsyncToSync.Wrap((Delegate)(async () => 1), NewLoop).Options,
            ]);
        AsyncToSyncOptions[] defaults =
        [
            AsyncToSync.Wrap(async () => { }).Options,
            AsyncToSync.Wrap(async (int _) => { }).Options,
            AsyncToSync.Wrap(async () => 1).Options,
            AsyncToSync.Wrap(async (int i) => i).Options,
            AsyncToSync.Wrap((Delegate)(async () => 1)).Options,
        ];
        Assert.All(defaults, options => Assert.Same(AsyncToSyncOptions.Default, options));
        Assert.False(AsyncToSyncOptions.Default.ForceNewLoop);
    }

    [Fact]
    [Covers("SYNC-05")]
    public async Task Each_shape_of_synchronous_call_goes_by_its_options()
    {
        var seen = new List<bool>();
        await SyncToAsync.Run(() => seen.Add(OnPool()), Pooled);
        await SyncToAsync.Run(static list => list.Add(OnPool()), seen, Pooled);
        seen.Add(await SyncToAsync.Run(OnPool, Pooled));
        seen.Add(await SyncToAsync.Run(static _ => OnPool(), 1, Pooled));
        Assert.Equal([true, true, true, true], seen);

        seen.Clear();
        await SyncToAsync.Run(() => seen.Add(OnPool()));
        await SyncToAsync.Run(static list => list.Add(OnPool()), seen);
        seen.Add(await SyncToAsync.Run(OnPool));
        seen.Add(await SyncToAsync.Run(static _ => OnPool(), 1));
        Assert.Equal([false, false, false, false], seen);

        static bool OnPool() => Thread.CurrentThread.IsThreadPoolThread;
    }

    [Fact]
    [Covers("SYNC-07")]
    public void Options_that_contradict_each_other_are_refused_by_each_shape_before_anything_runs()
    {
        Action[] calls =
        [
            () => { _ = SyncToAsync.Run(Fail, Refused); },
            () => { _ = SyncToAsync.Run(FailWith, 1, Refused); },
            () => { _ = SyncToAsync.Run(FailOf, Refused); },
            () => { _ = SyncToAsync.Run(FailOfWith, 1, Refused); },
            () => SyncToAsync.Wrap(Fail, Refused),
            () => SyncToAsync.Wrap<int>(FailWith, Refused),
            () => SyncToAsync.Wrap(FailOf, Refused),
            () => SyncToAsync.Wrap<int, int>(FailOfWith, Refused),
            () => SyncToAsync.Wrap((Delegate)Fail, Refused),
        ];
        Assert.All(calls, call => Assert.Equal(
            "Executor must not be set when ThreadSensitive is true, which is the default.", Assert.Throws<ArgumentException>(call).Message));

        static void Fail() => Assert.Fail("ran");
        static void FailWith(int number) => Assert.Fail($"ran {number}");
        static int FailOf() => throw new InvalidOperationException("ran");
        static int FailOfWith(int number) => throw new InvalidOperationException($"ran {number}");
    }

    [Fact]
    [Covers("A2S-02", "A2S-19")]
    public async Task Each_shape_of_blocking_call_goes_by_its_options()
    {
        await using var loop = EventLoop.Start();
        var (forced, around) = await loop.RunAsync(async () => await SyncToAsync.Run(() => (Loops(NewLoop), Loops(null)))).WithDeadline();
        Assert.All(forced, each => Assert.NotSame(loop, each));
        Assert.All(around, each => Assert.Same(loop, each));

        static EventLoop?[] Loops(AsyncToSyncOptions? options)
        {
            EventLoop? action = null;
            AsyncToSync.Run(
                () =>
                {
                    action = EventLoop.Current;
                    return Task.CompletedTask;
                },
                options);
            return [action, AsyncToSync.Run(() => Task.FromResult(EventLoop.Current), options)];
        }
    }

    [Fact]
    [Covers("SYNC-09")]
    public void An_asynchronous_function_is_refused_by_what_it_returns_or_by_its_name()
    {
        Assert.Equal(
            "sync_to_async can only be applied to sync functions; this one returns Task: just await it.",
            Assert.Throws<ArgumentException>(() => { _ = SyncToAsync.Run(WaitAsync); }).Message);
        Assert.Throws<ArgumentException>(() => { _ = SyncToAsync.Run(WaitForAsync, 1); });
        var error = Assert.Throws<ArgumentException>(() => SyncToAsync.Wrap((Delegate)WaitAsync));
        Assert.Matches(@"^sync_to_async can only be applied to sync functions; WrapperOptionsTests\..*WaitAsync.* is asynchronous: just await it\.", error.Message);
        Assert.Equal("function", error.ParamName);
        error = Assert.Throws<ArgumentException>(() => AsyncToSync.Wrap((Delegate)(() => 1)));
        Assert.Equal("function", error.ParamName);

        static Task WaitAsync() => Task.CompletedTask;
        static Task WaitForAsync(int number) => Task.FromResult(number);
    }
}
