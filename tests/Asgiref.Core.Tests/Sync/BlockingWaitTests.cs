using System.Threading.Channels;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Tests.Sync;

public class BlockingWaitTests
{
    [Fact]
    public void A_wait_that_is_over_returns_at_once()
    {
        BlockingWait.For(ValueTask.CompletedTask);

        Assert.Equal(5, BlockingWait.For(ValueTask.FromResult(5)));
    }

    [Fact]
    public async Task A_pending_wait_blocks_its_thread_until_the_completion_and_again_for_the_next()
    {
        var first = new TaskCompletionSource<int>();
        var second = new TaskCompletionSource();
        var reached = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var done = OnThread.Run(() =>
        {
            reached.SetResult(BlockingWait.For(new ValueTask<int>(first.Task)));
            BlockingWait.For(new ValueTask(second.Task));
        });

        Assert.False(reached.Task.IsCompleted);
        first.SetResult(7);
        Assert.Equal(7, await reached.Task.WithDeadline());
        Assert.False(done.IsCompleted);
        second.SetResult();
        await done;
    }

    [Fact]
    public Task Each_wait_of_a_thread_is_a_new_one() => OnThread.Run(() =>
    {
        var thread = Thread.CurrentThread;
        for (var i = 0; i < 3; i++)
        {
            // Unlike a task, it can't be waited for in another way.
            var work = new Work();
            _ = Task.Run(async () =>
            {
                await WaitUntil.HoldsAsync(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
                work.Complete();
            });
            BlockingWait.For(work.Ending);
        }
    });

    [Fact]
    public Task So_is_each_wait_for_a_result() => OnThread.Run(() =>
    {
        var thread = Thread.CurrentThread;
        var channel = Channel.CreateUnbounded<int>();
        for (var i = 0; i < 3; i++)
        {
            var next = i;
            _ = Task.Run(async () =>
            {
                await WaitUntil.HoldsAsync(() => thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
                channel.Writer.TryWrite(next);
            });
            Assert.Equal(next, BlockingWait.For(channel.Reader.ReadAsync()));
        }
    });

    [Fact]
    [Covers("EXC-02")]
    public async Task An_exception_comes_out_as_the_same_object()
    {
        var cause = new InvalidDataException();
        var source = new TaskCompletionSource();
        var caught = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => caught.SetResult(Record.Exception(() => BlockingWait.For(new ValueTask(source.Task))))) { IsBackground = true };
        thread.Start();

        source.SetException(cause);

        Assert.Same(cause, await caught.Task.WithDeadline());
        Assert.Same(cause, Record.Exception(() => BlockingWait.For(ValueTask.FromException(cause))));
    }

    private sealed class Work : ThreadWork
    {
        protected override void Execute()
        {
        }
    }
}
