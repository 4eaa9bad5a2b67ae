using Bridge.Server.Endpoints;

namespace Bridge.Server.Tests.Endpoints;

public sealed class ConnectionBuffersTests
{
    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(4096)]
    public void A_block_is_never_smaller_than_16_KiB(int asked)
    {
        using var buffers = new ConnectionBuffers();

        using var block = buffers.Rent(asked);

        Assert.True(block.Memory.Length >= 16 * 1024);
    }

    [Fact]
    public void A_larger_block_is_given_to_whoever_asks_for_one()
    {
        using var buffers = new ConnectionBuffers();

        using var block = buffers.Rent(100_000);

        Assert.True(block.Memory.Length >= 100_000);
    }

    [Fact]
    public void A_listener_that_stops_leaves_the_others_their_blocks()
    {
        using var buffers = new ConnectionBuffers();
        var first = buffers.Create();
        var second = buffers.Create();

        first.Dispose();

        using var block = second.Rent();
        block.Memory.Span.Fill(1);
    }
}
