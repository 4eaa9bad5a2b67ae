using System.Buffers;

namespace Bridge.Client.AspNetCore.Responses;

/// <summary>What the application has written and not flushed, in rented pieces. Not safe for concurrent use.</summary>
internal struct BodyBuffer
{
    private const int PieceSize = 4096;

    private List<ArraySegment<byte>>? _full;
    private byte[]? _piece;
    private int _used;

    /// <summary>Bytes that wait.</summary>
    public long Length { get; private set; }

    public Memory<byte> GetMemory(int sizeHint)
    {
        if (_piece is null || _piece.Length - _used < Math.Max(sizeHint, 1))
        {
            if (_used > 0)
            {
                (_full ??= []).Add(new ArraySegment<byte>(_piece!, 0, _used));
            }
            else if (_piece is not null)
            {
                ArrayPool<byte>.Shared.Return(_piece);
            }

            _piece = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, PieceSize));
            _used = 0;
        }

        return _piece.AsMemory(_used);
    }

    public void Advance(int bytes)
    {
        if (bytes < 0 || bytes > (_piece?.Length ?? 0) - _used)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes));
        }

        _used += bytes;
        Length += bytes;
    }

    /// <summary>Takes the first piece out; its array is the caller's to return.</summary>
    /// <returns>An empty piece when nothing waits.</returns>
    public ArraySegment<byte> TakePiece()
    {
        ArraySegment<byte> taken;
        if (_full is { Count: > 0 })
        {
            taken = _full[0];
            _full.RemoveAt(0);
        }
        else if (_used > 0)
        {
            taken = new ArraySegment<byte>(_piece!, 0, _used);
            _piece = null;
            _used = 0;
        }
        else
        {
            return ArraySegment<byte>.Empty;
        }

        Length -= taken.Count;
        return taken;
    }

    /// <summary>Drops what waits.</summary>
    public void Clear()
    {
        while (TakePiece() is { Count: > 0 } piece)
        {
            ArrayPool<byte>.Shared.Return(piece.Array!);
        }

        if (_piece is not null)
        {
            ArrayPool<byte>.Shared.Return(_piece);
            _piece = null;
        }
    }
}
