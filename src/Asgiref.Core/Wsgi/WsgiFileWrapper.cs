using System.Collections;

namespace Asgiref.Core.Wsgi;

/// <summary>
/// The rest of a stream as a response body (PEP-35 to PEP-38). Nothing is read or sent until it is the application's
/// return value; for a seekable stream the adapter then knows the Content-Length.
/// </summary>
/// <remarks>To be enumerated once: the stream's position is shared. Not safe for concurrent use.</remarks>
public sealed class WsgiFileWrapper : IEnumerable<ReadOnlyMemory<byte>>, IDisposable
{
    /// <summary>Bytes per chunk when the application names no size: 64 KiB, small enough to stay off the large object heap.</summary>
    public const int DefaultBlockSize = 64 * 1024;

    private readonly Stream _file;
    private readonly int _blockSize;

    /// <summary>Wraps a stream.</summary>
    /// <param name="file">Read from its current position; disposed by <see cref="Dispose"/>.</param>
    /// <param name="blockSize">Bytes per chunk at most; 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The block size is not positive.</exception>
    public WsgiFileWrapper(Stream file, int blockSize = DefaultBlockSize)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockSize);
        _file = file;
        _blockSize = blockSize;
    }

    /// <summary>How many bytes are left, if the stream can tell.</summary>
    internal long? Remaining => _file.CanSeek ? Math.Max(0, _file.Length - _file.Position) : null;

    /// <summary>Reads the stream in blocks; each block has memory of its own, so that middleware may keep it.</summary>
    public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator() => Blocks(keepable: true);

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Disposes the stream (PEP-36).</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>Reads the stream in blocks.</summary>
    /// <param name="keepable">False: the next block overwrites the last one.</param>
    internal IEnumerator<ReadOnlyMemory<byte>> Blocks(bool keepable)
    {
        var block = new byte[_blockSize];
        while (_file.Read(block) is > 0 and var length)
        {
            yield return block.AsMemory(0, length);
            if (keepable)
            {
                block = new byte[_blockSize];
            }
        }
    }
}
