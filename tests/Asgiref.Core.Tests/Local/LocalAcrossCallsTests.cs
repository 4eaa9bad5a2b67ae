using Asgiref.Core.Local;
using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Local;

public sealed class LocalAcrossCallsTests
{
    private readonly Local<int> _local = new("depth");
    private readonly Local<int> _critical = new("connection", threadCritical: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Covers("LOCAL-05", "LOCAL-17", "CTX-16")]
    public async Task A_value_goes_into_sync_code_and_comes_back(bool threadSensitive)
    {
        var options = new SyncToAsyncOptions { ThreadSensitive = threadSensitive };
        _local.Value = 1;
        await SyncToAsync.Run(() => Add(1), options);
        Assert.Equal(2, _local.Value);
        await SyncToAsync.Run(_local.Remove, options);
        Assert.False(_local.TryGet(out _));
    }

    [Fact]
    [Covers("LOCAL-05")]
    public async Task A_value_first_set_in_sync_code_comes_back()
    {
        await SyncToAsync.Run(() => _local.Value = 1);
        Assert.Equal(1, _local.Value);
    }

    [Fact]
    [Covers("LOCAL-06")]
    public Task A_value_goes_into_async_code_and_comes_back() => PlainThread.RunAsync(() =>
    {
        _local.Value = 1;
        AsyncToSync.Run(AddAsync);
        Assert.Equal(2, _local.Value);
    });

    [Fact]
    [Covers("LOCAL-06")]
    public Task A_value_first_set_in_code_that_the_async_code_awaits_comes_back() => PlainThread.RunAsync(() =>
    {
        AsyncToSync.Run(async Task () => await SetAsync());
        Assert.Equal(1, _local.Value);

        async Task SetAsync()
        {
            await Task.Yield();
            _local.Value = 1;
        }
    });

    [Fact]
    [Covers("LOCAL-07")]
    public async Task Async_sync_async_keeps_it_both_ways()
    {
        _local.Value = 1;
        await SyncToAsync.Run(() =>
        {
            Add(1);
            AsyncToSync.Run(AddAsync);
            Assert.Equal(3, _local.Value);
        });
        Assert.Equal(3, _local.Value);
    }

    [Fact]
    [Covers("LOCAL-08")]
    public async Task Four_alternations_keep_it_both_ways()
    {
        _local.Value = 1;
        await SyncToAsync.Run(() => AsyncToSync.Run(async Task () => await SyncToAsync.Run(() => AsyncToSync.Run(AddAsync))));
        Assert.Equal(2, _local.Value);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Covers("LOCAL-09")]
    public Task A_thread_critical_value_of_async_code_stays_out_of_sync_code_and_the_other_way_round(bool threadSensitive) => Task.Run(async () =>
    {
        _critical.Value = 1;
        await SyncToAsync.Run(
            () =>
            {
                Assert.False(_critical.TryGet(out _));
                _critical.Value = 2;
            },
            new SyncToAsyncOptions { ThreadSensitive = threadSensitive });
        Assert.Equal(1, _critical.Value);
    }).WithDeadline();

    [Fact]
    [Covers("LOCAL-10")]
    public Task A_thread_critical_value_of_sync_code_stays_out_of_async_code_and_the_other_way_round() => PlainThread.RunAsync(() =>
    {
        _critical.Value = 1;
        AsyncToSync.Run(async Task () =>
        {
            Assert.False(_critical.TryGet(out _));
            await Task.Yield();
            _critical.Value = 2;
        });
        Assert.Equal(1, _critical.Value);
    });

    [Fact]
    [Covers("LOCAL-12")]
    public Task A_sync_call_in_a_created_task_leaves_its_thread_critical_value_with_the_thread_of_the_sync_caller() => PlainThread.RunAsync(() =>
    {
        AsyncToSync.Run(async Task () => await AsgiTask.Create(async () => await SyncToAsync.Run(() =>
        {
            _critical.Value = 1;
            _local.Value = 1;
        })));
        Assert.Equal(1, _critical.Value);
        Assert.False(_local.TryGet(out _));
    });

    [Fact]
    [Covers("LOCAL-15", "LOCAL-16", "CTX-14")]
    public async Task A_created_task_inherits_a_copy()
    {
        _local.Value = 1;
        await AsgiTask.Create(AddAsync);
        Assert.Equal(1, _local.Value);
        await AsgiTask.Create(() =>
        {
            _local.Remove();
            return Task.CompletedTask;
        });
        Assert.Equal(1, _local.Value);
    }

    [Fact]
    [Covers("LOCAL-15")]
    public async Task A_created_task_has_the_values_of_the_moment_when_it_was_created()
    {
        await using var loop = EventLoop.Start();
        await loop.RunAsync(async () =>
        {
            _local.Value = 1;
            var seen = AsgiTask.Create(() => Task.FromResult(_local.Value));
            _local.Value = 2;
            Assert.Equal(1, await seen);
            Assert.Equal(2, _local.Value);
        }).WithDeadline();
    }

    [Fact]
    [Covers("LOCAL-11")]
    public async Task Flows_side_by_side_keep_to_themselves()
    {
        var flows = Enumerable.Range(0, 50).Select(number => AsgiTask.Create(async () =>
        {
            _local.Value = number * 100;
            await AddAsync();
            await SyncToAsync.Run(() => Add(1), SyncToAsyncOptions.Pooled);
            Assert.Equal((number * 100) + 2, _local.Value);
        }));
        await Task.WhenAll(flows).WithDeadline();
        Assert.False(_local.TryGet(out _));
    }

    private void Add(int by) => _local.Value += by;

    private async Task AddAsync()
    {
        await Task.Yield();
        Add(1);
    }
}
