namespace Bridge.Protocol.Sessions;

/// <summary>
/// Joins the payloads of what is delivered whole: a head or an event. What it holds is at most twice what came, however
/// small the parts are. Under the exchange's lock.
/// </summary>
internal sealed class PartJoiner
{
    private const int SmallestBuffer = 4 * 1024;

    private byte[] _buffer = [];

    /// <summary>Whether a part has come and the rest has not.</summary>
    public bool IsJoining { get; private set; }

    /// <summary>The bytes of the parts so far.</summary>
    public int Length { get; private set; }

    public void Add(ReadOnlySpan<byte> part)
    {
        IsJoining = true;
        var length = Length + part.Length;
        if (length > _buffer.Length)
        {
            var doubled = Math.Min(2L * _buffer.Length, Array.MaxLength);
            Array.Resize(ref _buffer, (int)Math.Max(Math.Max(length, doubled), SmallestBuffer));
        }

        part.CopyTo(_buffer.AsSpan(Length));
        Length = length;
    }

    /// <summary>All parts as one; the joiner is empty then.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var joined = _buffer.AsMemory(0, Length);
        Clear();
        return joined;
    }

    public void Clear()
    {
        _buffer = [];
        Length = 0;
        IsJoining = false;
    }
}
