using Bridge.Server.Stateless;

namespace Bridge.Server.Tests.Stateless;

public sealed class ByteRoomTests
{
    [Fact]
    public async Task Who_waits_is_served_in_order_and_nobody_passes()
    {
        var room = new ByteRoom(10);
        Assert.True(room.TryTake(8));
        var large = room.TakeAsync(6, CancellationToken.None);
        var small = room.TakeAsync(2, CancellationToken.None);
        Assert.False(room.TryTake(1));
        Assert.False(large.IsCompleted || small.IsCompleted);

        room.Release(8);

        await Task.WhenAll(large, small).WithDeadline();
        Assert.Equal(8, room.Held);
    }

    [Fact]
    public void What_is_larger_than_the_bound_fits_alone()
    {
        var room = new ByteRoom(10);
        Assert.True(room.TryTake(11));
        Assert.False(room.TryTake(1));
        room.Release(11);
        Assert.True(room.TryTake(1));
        Assert.False(room.TryTake(11));
    }

    [Fact]
    public async Task Who_gives_up_takes_nothing_and_lets_the_next_one_in()
    {
        var room = new ByteRoom(10);
        Assert.True(room.TryTake(8));
        using var patience = new CancellationTokenSource();
        var large = room.TakeAsync(6, patience.Token);
        var small = room.TakeAsync(2, CancellationToken.None);

        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large.WithDeadline());
        await small.WithDeadline();
        Assert.Equal(10, room.Held);
    }
}
