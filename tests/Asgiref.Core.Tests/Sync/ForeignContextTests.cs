using System.Collections.Concurrent;
using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

/// <summary>
/// Under a synchronization context that is not one of our loops: a user interface's, or a test framework's, which is one
/// thread that the code may block.
/// </summary>
public class ForeignContextTests
{
    [Fact]
    [Covers("SYNC-20")]
    public async Task An_awaited_call_comes_back_to_the_foreign_context()
    {
        using var window = new WindowThread();
        await window.RunAsync(async () =>
        {
            var own = Thread.CurrentThread;
            var inside = await SyncToAsync.Run(() => Thread.CurrentThread);
            Assert.NotSame(own, inside);
            Assert.Same(own, Thread.CurrentThread);
            Assert.Same(window, SynchronizationContext.Current);
        }).WithDeadline();
    }

    [Fact]
    public async Task A_blocking_call_on_the_foreign_thread_needs_nothing_of_its_context()
    {
        using var window = new WindowThread();
        await window.RunAsync(async () =>
        {
            var own = Thread.CurrentThread;
            var (loop, back, sensitive) = AsyncToSync.Run(async () =>
            {
                await Task.Yield();
                var loop = EventLoop.Current;
                var sensitive = await SyncToAsync.Run(() => (Thread.CurrentThread, SynchronizationContext.Current));
                return (loop, EventLoop.Current, sensitive);
            });
            Assert.NotNull(loop);
            Assert.Same(loop, back);
            Assert.Equal((own, window), sensitive);
            await Task.Yield();
            Assert.Same(own, Thread.CurrentThread);
        }).WithDeadline();
    }

    [Fact]
    public async Task A_foreign_context_is_no_loop_around_a_blocking_call()
    {
        using var window = new WindowThread();
        await window.RunAsync(async () =>
        {
            var own = Thread.CurrentThread;
            var call = SyncToAsync.Run(() => AsyncToSync.Run(async () =>
            {
                await Task.Yield();
                return (EventLoop.Current, Thread.CurrentThread);
            })).AsTask();
            // The window's thread may even be blocked meanwhile.
            Assert.True(((IAsyncResult)call).AsyncWaitHandle.WaitOne(Deadline.Default));
            var (loop, thread) = await call;
            Assert.NotNull(loop);
            Assert.NotSame(own, thread);
        }).WithDeadline();
    }

    [Fact]
    public async Task What_a_function_posts_to_the_foreign_context_runs_there_while_its_caller_awaits()
    {
        using var window = new WindowThread();
        await window.RunAsync(async () =>
        {
            var own = Thread.CurrentThread;
            var shown = await SyncToAsync.Run(() => AsyncToSync.Run(() => window.RunAsync(() => Task.FromResult(Thread.CurrentThread))));
            Assert.Same(own, shown);
        }).WithDeadline();
    }

    /// <summary>A thread with a queue of callbacks, as each window has.</summary>
    private sealed class WindowThread : SynchronizationContext, IDisposable
    {
        private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _messages = [];

        public WindowThread() => new Thread(Pump) { IsBackground = true }.UnsafeStart();

        public override void Post(SendOrPostCallback d, object? state) => _messages.Add((d, state));

        public override SynchronizationContext CreateCopy() => this;

        public Task RunAsync(Func<Task> function) => RunAsync(async () =>
        {
            await function();
            return true;
        });

        public Task<T> RunAsync<T>(Func<Task<T>> function)
        {
            var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            Post(
                async void (_) =>
                {
                    try
                    {
                        result.SetResult(await function());
                    }
                    catch (Exception error)
                    {
                        result.SetException(error);
                    }
                },
                null);
            return result.Task;
        }

        public void Dispose() => _messages.CompleteAdding();

        private void Pump()
        {
            SetSynchronizationContext(this);
            foreach (var (callback, state) in _messages.GetConsumingEnumerable())
            {
                callback(state);
            }
        }
    }
}
