using Asgiref.Core.Local;

namespace Asgiref.Core.Tests.Local;

public sealed class ThreadCriticalTests
{
    private readonly Local<int> _local = new("connection", threadCritical: true);

    [Fact]
    [Covers("LOCAL-09")]
    public Task A_value_of_async_code_stays_out_of_a_sync_call_and_the_other_way_round() => Task.Run(() =>
    {
        _local.Value = 1;
        using (LocalFlow.EnterSync())
        {
            Assert.False(_local.TryGet(out _));
            _local.Value = 2;
            _local.Remove();
            _local.Value = 3;
        }

        Assert.Equal(1, _local.Value);
    }).WithDeadline();

    [Fact]
    [Covers("LOCAL-10")]
    public Task A_value_of_a_plain_thread_stays_out_of_async_code_and_the_other_way_round() => PlainThread.RunAsync(() =>
    {
        _local.Value = 1;
        LocalFlow.Adopt();
        Task.Run(() =>
        {
            Assert.False(_local.TryGet(out _));
            _local.Value = 2;
        }).WaitAsync(Deadline.Default).GetAwaiter().GetResult();
        Assert.Equal(1, _local.Value);
    });

    [Fact]
    [Covers("LOCAL-18")]
    public Task In_async_code_children_inherit_and_nothing_leaks_back() => Task.Run(async () =>
    {
        _local.Value = 1;
        await Task.Run(() =>
        {
            LocalFlow.Fork();
            Assert.Equal(1, _local.Value);
            _local.Value = 2;
        });
        Assert.Equal(1, _local.Value);
    }).WithDeadline();

    [Fact]
    public async Task The_mark_of_a_sync_call_ends_with_it()
    {
        await Task.Run(() =>
        {
            using (LocalFlow.EnterSync())
            {
                using (LocalFlow.EnterSync())
                {
                    Assert.True(LocalFlow.IsSync);
                }

                Assert.True(LocalFlow.IsSync);
            }

            Assert.False(LocalFlow.IsSync);
        }).WithDeadline();
    }
}
