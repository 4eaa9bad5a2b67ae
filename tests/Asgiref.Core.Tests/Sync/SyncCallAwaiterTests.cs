using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

/// <summary>The awaiters as other compilers and libraries use them: by hand.</summary>
public sealed class SyncCallAwaiterTests : IDisposable
{
    private static readonly AsyncLocal<string?> Value = new();
    private readonly Hold _hold = new();

    public void Dispose() => _hold.Dispose();

    [Fact]
    public async Task The_result_can_not_be_taken_before_the_end()
    {
        var call = SyncToAsync.Run(_hold.Wait, SyncToAsyncOptions.Pooled);
        var awaiter = call.GetAwaiter();
        await _hold.Entered.WithDeadline();

        Assert.False(awaiter.IsCompleted);
        var error = Assert.Throws<InvalidOperationException>(awaiter.GetResult);
        Assert.Equal("The call has not ended: await it.", error.Message);

        _hold.Release();
        await call.AsTask().WithDeadline();
        Assert.True(awaiter.IsCompleted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_continuation_has_the_context_of_who_registers_it_unless_it_brings_its_own(bool hasResult)
    {
        var flowed = await Continue(hasResult, flows: true).WithDeadline();
        Assert.Equal("awaiting code", flowed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_continuation_that_brings_its_own_context_is_given_none(bool hasResult)
    {
        var unflowed = await Continue(hasResult, flows: false).WithDeadline();
        Assert.Null(unflowed);
    }

    /// <returns>What the continuation sees.</returns>
    private async Task<string?> Continue(bool hasResult, bool flows)
    {
        // On a thread without any context: nothing but the registration could give the continuation one.
        var options = SyncToAsyncOptions.Pooled with { Executor = new PlainThreadExecutor() };
        var seen = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Action continuation = () => seen.SetResult(Value.Value);
        if (hasResult)
        {
            var awaiter = SyncToAsync.Run(WaitForResult, options).ConfigureAwait(false).GetAwaiter();
            Value.Value = "awaiting code";
            (flows ? awaiter.OnCompleted : (Action<Action>)awaiter.UnsafeOnCompleted)(continuation);
        }
        else
        {
            var awaiter = SyncToAsync.Run(_hold.Wait, options).ConfigureAwait(false).GetAwaiter();
            Value.Value = "awaiting code";
            (flows ? awaiter.OnCompleted : (Action<Action>)awaiter.UnsafeOnCompleted)(continuation);
        }

        await _hold.Entered.WithDeadline();
        _hold.Release();
        return await seen.Task.WithDeadline();

        int WaitForResult()
        {
            _hold.Wait();
            return 1;
        }
    }

    private sealed class PlainThreadExecutor : IWorkExecutor
    {
        public void Submit(IExecutorWork work) => new Thread(work.Execute) { IsBackground = true }.UnsafeStart();
    }
}
