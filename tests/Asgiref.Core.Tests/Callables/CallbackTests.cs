using Asgiref.Core.Callables;
using Asgiref.Core.Sync;
using Asgiref.Core.Tests.Callables.Network;
using Asgiref.Core.Tests.Sync;

namespace Asgiref.Core.Tests.Callables;

public sealed class CallbackTests : IAsyncDisposable
{
    private readonly MemoryNetwork _network = new();
    private readonly MemoryProcess _here;
    private readonly MemoryProcess _there;

    public CallbackTests()
    {
        _here = _network.Add();
        _there = _network.Add();
    }

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task A_callback_runs_on_the_very_thread_that_is_blocked_waiting()
    {
        Thread? callback = null;
        _here.Registry.Add("back", () => { callback = Thread.CurrentThread; });
        _there.Registry.AddAsync("out", async () => await _there.Registry.SyncToAsync<NoValue, NoValue>("back").InvokeAsync());
        await OnThread.Run(() =>
        {
            _here.Registry.AsyncToSync<NoValue, NoValue>("out").Invoke();
            Assert.Same(Thread.CurrentThread, callback);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public async Task Callbacks_go_to_and_fro_to_any_depth_on_two_threads(int depth)
    {
        var threads = new HashSet<(string Where, Thread Thread)>();
        Add(_here, "here", "there");
        Add(_there, "there", "here");
        await OnThread.Run(() =>
        {
            Assert.Equal(depth, _here.Registry.Call<int, int>("there", depth));
            Assert.Contains(("there", threads.Single(each => each.Where == "there").Thread), threads);
            Assert.All(threads.Where(each => each.Where == "here"), each => Assert.Same(Thread.CurrentThread, each.Thread));
        });

        void Add(MemoryProcess process, string name, string other) => process.Registry.Add(name, (int left) =>
        {
            lock (threads)
            {
                threads.Add((name, Thread.CurrentThread));
            }

            return left == 0 ? 0 : 1 + process.Registry.Call<int, int>(other, left - 1);
        });
    }

    [Fact]
    public async Task A_call_that_needs_a_thread_that_its_ancestor_keeps_is_refused_at_once()
    {
        _here.Registry.Add("needs", static () => { });
        _there.Registry.AddAsync("out", async () => await _there.Registry.SyncToAsync<NoValue, NoValue>("needs").InvokeAsync());
        // It waits for a task, which pumps nothing.
        var error = await Assert.ThrowsAsync<SyncDeadlockException>(() => SyncToAsync.Run(
            () => _here.Registry.SyncToAsync<NoValue, NoValue>("out").InvokeAsync().AsTask().GetAwaiter().GetResult()).AsTask().WithDeadline());
        Assert.Contains("needs needs the thread that", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_call_with_a_frame_that_pumps_is_no_deadlock()
    {
        _here.Registry.Add("needs", static () => Environment.CurrentManagedThreadId);
        _there.Registry.AddAsync("out", async () => await _there.Registry.SyncToAsync<NoValue, int>("needs").InvokeAsync());
        var (thread, called) = await SyncToAsync.Run(
            () => (Environment.CurrentManagedThreadId, _here.Registry.AsyncToSync<NoValue, int>("out").Invoke())).AsTask().WithDeadline();
        Assert.Equal(thread, called);
    }

    [Fact]
    public async Task A_blocking_call_on_the_thread_of_an_event_loop_is_refused()
    {
        _there.Registry.Add("any", static () => { });
        await using var loop = EventLoop.Start();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => loop.RunAsync(() => Task.FromResult(_here.Registry.AsyncToSync<NoValue, NoValue>("any").Invoke())).WithDeadline());
        Assert.StartsWith("You cannot use AsyncToSync in the same thread as an async event loop", error.Message, StringComparison.Ordinal);
        Assert.Empty(_there.Incoming);
    }
}
