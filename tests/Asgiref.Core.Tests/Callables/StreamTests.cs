using System.Runtime.CompilerServices;
using Asgiref.Core.Callables;
using Asgiref.Core.Local;
using Asgiref.Core.Tests.Callables.Network;

namespace Asgiref.Core.Tests.Callables;

public sealed class StreamTests : IAsyncDisposable
{
    private readonly MemoryNetwork _network = new();
    private readonly MemoryProcess _here;
    private readonly MemoryProcess _there;
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _made;

    public StreamTests()
    {
        _here = _network.Add();
        _there = _network.Add();
        _there.Registry.AddStream<int, int>("count", CountAsync);
    }

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task Items_come_in_order_and_the_end_brings_the_context()
    {
        Assert.Equal([0, 1, 2, 3, 4], await _here.Registry.Stream<int, int>("count").InvokeAsync(5).ToListAsync().WithDeadline());
        Assert.True(ContextBag.TryGet("count", out var count) && count == 5L);
        Assert.Equal([0, 1, 2], await _there.Registry.Stream<int, int>("count").InvokeAsync(3).ToListAsync().WithDeadline());
        Assert.Single(_there.Incoming);
    }

    [Fact]
    public async Task A_reader_that_stops_is_not_run_ahead_of_and_its_leaving_cancels_the_function()
    {
        await foreach (var item in _here.Registry.Stream<int, int>("count").InvokeAsync(1000))
        {
            if (item == 2)
            {
                break;
            }
        }

        await _left.Task.WithDeadline();
        Assert.InRange(_made, 3, 6);
    }

    [Fact]
    public async Task A_token_ends_the_stream()
    {
        using var source = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in _here.Registry.Stream<int, int>("count").InvokeAsync(1000, source.Token))
            {
                await source.CancelAsync();
            }
        });
        await _left.Task.WithDeadline();
    }

    [Fact]
    public async Task An_error_comes_after_the_items_before_it()
    {
        _there.Registry.AddStream<int>("fail", FailAsync);
        var seen = new List<int>();
        var error = await Assert.ThrowsAsync<RemoteCallException>(async () =>
        {
            await foreach (var item in _here.Registry.Stream<NoValue, int>("fail").InvokeAsync())
            {
                seen.Add(item);
            }
        });
        Assert.Equal("enough", error.Message);
        Assert.Equal([1], seen);

        static async IAsyncEnumerable<int> FailAsync([EnumeratorCancellation] CancellationToken token)
        {
            await Task.Yield();
            yield return 1;
            throw new FormatException("enough");
        }
    }

    [Fact]
    public async Task A_stream_that_is_called_as_a_function_and_a_function_as_a_stream_are_told()
    {
        _there.Registry.Add("one", static (int value) => value);
        await Assert.ThrowsAsync<CallArgumentException>(async () => await _here.Registry.CallAsync<int, int>("count", 3));
        var error = await Assert.ThrowsAsync<CallArgumentException>(
            async () => await _here.Registry.Stream<int, int>("one").InvokeAsync(1).ToListAsync().WithDeadline());
        Assert.Contains("it is one value, and not the end of a stream", error.Message, StringComparison.Ordinal);
    }

    private async IAsyncEnumerable<int> CountAsync(int end, [EnumeratorCancellation] CancellationToken token)
    {
        try
        {
            for (var i = 0; i < end; i++)
            {
                await Task.Yield();
                token.ThrowIfCancellationRequested();
                _made++;
                yield return i;
            }

            ContextBag.Set("count", end);
        }
        finally
        {
            _left.TrySetResult();
        }
    }
}
