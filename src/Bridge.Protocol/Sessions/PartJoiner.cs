using Google.Protobuf;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// Joins the payloads of what is delivered whole, up to its own limit and the session's budget. What it holds is at most
/// twice what came, however small the parts are. Under the exchange's lock.
/// </summary>
/// <param name="maxBytes">The most that the whole may have, in bytes.</param>
/// <param name="limit">The name of that limit.</param>
/// <param name="budget">What is joined on the session.</param>
internal sealed class PartJoiner(int maxBytes, SessionLimit limit, JoinedBudget budget)
{
    private const int SmallestBuffer = 4 * 1024;

    private byte[] _buffer = [];
    private int _length;

    /// <summary>Whether a part has come and the rest has not.</summary>
    public bool IsJoining { get; private set; }

    /// <summary>
    /// Adds a part. True with the whole when it is the last; what of it counts against the budget is the caller's to
    /// release. False as long as more is to come, or when a limit is passed.
    /// </summary>
    public bool Add(ByteString part, bool more, out ReadOnlyMemory<byte> whole, out int joined, out SessionLimit? passed)
    {
        whole = default;
        joined = 0;
        passed = (long)_length + part.Length > maxBytes ? limit : null;
        if (passed is not null)
        {
            return false;
        }

        if (!IsJoining && !more)
        {
            whole = part.Memory;
            return true;
        }

        if (!budget.TryTake(part.Length))
        {
            passed = SessionLimit.JoinedBytes;
            return false;
        }

        Append(part.Span);
        if (more)
        {
            return false;
        }

        joined = _length;
        whole = _buffer.AsMemory(0, _length);
        Clear();
        return true;
    }

    /// <summary>Drops the parts.</summary>
    public void Drop()
    {
        budget.Release(_length);
        Clear();
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        IsJoining = true;
        var length = _length + part.Length;
        if (length > _buffer.Length)
        {
            var doubled = Math.Min(2L * _buffer.Length, maxBytes);
            Array.Resize(ref _buffer, (int)Math.Max(Math.Max(length, doubled), SmallestBuffer));
        }

        part.CopyTo(_buffer.AsSpan(_length));
        _length = length;
    }

    private void Clear()
    {
        _buffer = [];
        _length = 0;
        IsJoining = false;
    }
}
