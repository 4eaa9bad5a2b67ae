using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Bridge.Server.Endpoints;

/// <summary>
/// Gives Kestrel larger blocks to read into and to write from than its own of 4 KiB: a batch of a session, or a body of some
/// kilobytes, is one read of its socket and not four (docs/decisions/buffers-of-connections.md). The arrays are those of the
/// shared pool, which trims itself. Safe for concurrent use.
/// </summary>
internal sealed class ConnectionBuffers : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    /// <summary>The least that a block has, in bytes.</summary>
    public const int BlockBytes = 16 * 1024;

    public override int MaxBufferSize => Shared.MaxBufferSize;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(Math.Max(minBufferSize, BlockBytes));

    /// <summary>Nothing: all listeners have the same pool, and each disposes of it when it stops.</summary>
    protected override void Dispose(bool disposing)
    {
    }
}
