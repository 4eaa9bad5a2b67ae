using Asgiref.Core.Local;
using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

/// <summary>Where a created task runs (A2S-20, CTX-14).</summary>
public class TaskStartTests
{
    [Fact]
    [Covers("A2S-20")]
    public async Task On_the_loop_of_its_creators_thread_first()
    {
        await using var around = EventLoop.Start();
        await using var loop = EventLoop.Start();

        // The flow belongs to another loop than the thread.
        var found = await around.RunAsync(
            () => Task.Factory.StartNew(Create, CancellationToken.None, TaskCreationOptions.None, loop.Scheduler).Unwrap()).WithDeadline();
        Assert.Same(loop, found);

        // A callback has no flow.
        var created = new TaskCompletionSource<Task<EventLoop?>>(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ => created.SetResult(Create()), null);
        Assert.Same(loop, await (await created.Task.WithDeadline()).WithDeadline());
    }

    [Fact]
    [Covers("A2S-20")]
    public async Task On_the_loop_of_its_creators_flow_when_the_thread_has_none()
    {
        await using var loop = EventLoop.Start();
        Assert.Same(loop, await loop.RunAsync(() => Task.Run(Create)).WithDeadline());
    }

    [Fact]
    public async Task On_the_pool_without_a_loop_or_when_the_loop_has_ended()
    {
        Assert.Null(await Create().WithDeadline());

        var loop = EventLoop.Start();
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<EventLoop?>? late = null;
        await loop.RunAsync(() =>
        {
            late = Task.Run(async () =>
            {
                await goOn.Task;
                return await Create();
            });
            return Task.CompletedTask;
        }).WithDeadline();
        await loop.DisposeAsync().WithDeadline();
        goOn.SetResult();
        Assert.Null(await late!.WithDeadline());
    }

    [Theory]
    [Covers("LOCAL-15")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_a_copy_of_its_creators_values(bool isOnLoop)
    {
        var local = new Local<int>();
        await using var loop = EventLoop.Start();
        await (isOnLoop ? loop.RunAsync(CreateAsync) : CreateAsync()).WithDeadline();

        async Task CreateAsync()
        {
            local.Value = 1;
            var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var task = AsgiTask.Create(async () =>
            {
                await goOn.Task;
                var seen = local.Value;
                local.Value = 3;
                return seen;
            });
            local.Value = 2;
            goOn.SetResult();
            Assert.Equal(1, await task);
            Assert.Equal(2, local.Value);
        }
    }

    private static Task<EventLoop?> Create() => AsgiTask.Create(() => Task.FromResult(EventLoop.Current));
}
