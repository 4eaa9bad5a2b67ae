using Bridge.Protocol.Sessions;

namespace Bridge.Protocol.Tests.Sessions;

public class WriterSignalTests
{
    private readonly WriterSignal _signal = new();

    [Fact]
    public async Task What_is_set_before_and_after_the_wait_wakes_the_writer()
    {
        _signal.Set();
        _signal.Set();
        await _signal.WaitAsync().AsTask().WithDeadline();
        var waiting = _signal.WaitAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        _signal.Set();
        await waiting.WithDeadline();
    }

    [Fact]
    public async Task What_is_set_while_the_reader_holds_the_signal_wakes_the_writer_behind_that()
    {
        var waiting = _signal.WaitAsync().AsTask();
        _signal.Hold();
        _signal.Set();
        await BehindWhatThePoolHas();
        Assert.False(waiting.IsCompleted);
        _signal.Release();
        await waiting.WithDeadline();
    }

    [Fact]
    public async Task A_wait_that_begins_within_the_hold_ends_behind_it()
    {
        _signal.Hold();
        _signal.Set();
        var waiting = _signal.WaitAsync().AsTask();
        await BehindWhatThePoolHas();
        Assert.False(waiting.IsCompleted);
        _signal.Release();
        await waiting.WithDeadline();
    }

    [Fact]
    public async Task No_set_is_lost_between_holds()
    {
        for (var round = 0; round < 20_000; round++)
        {
            var waiting = _signal.WaitAsync().AsTask();
            var setting = Task.Run(_signal.Set);
            _signal.Hold();
            _signal.Release();
            await waiting.WithDeadline();
            await setting;
        }
    }

    [Fact]
    public async Task A_hold_without_a_set_wakes_nobody()
    {
        var waiting = _signal.WaitAsync().AsTask();
        _signal.Hold();
        _signal.Release();
        await BehindWhatThePoolHas();
        Assert.False(waiting.IsCompleted);
        _signal.Set();
        await waiting.WithDeadline();
    }

    private static Task BehindWhatThePoolHas()
    {
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ThreadPool.UnsafeQueueUserWorkItem(static ran => ran.SetResult(), ran, preferLocal: false);
        return ran.Task.WithDeadline();
    }
}
