namespace Bridge.Server.WebSockets;

/// <summary>
/// Looks at the frame headers that a client sends, for what the platform's socket does not tell: whether its close frame
/// had a code (KES-12). It changes nothing and keeps no payload.
/// </summary>
/// <remarks>Client frames are always masked: 2 bytes, 0, 2 or 8 of length, 4 of mask, then the payload (RFC 6455 section 5.2).</remarks>
internal struct FrameObserver
{
    private const int CloseOpcode = 8;

    private long _payloadLeft;
    private int _headerBytes;
    private int _headerLength;
    private int _lengthEnd;
    private int _opcode;
    private long _length;

    /// <summary>Whether a close frame without a code has come.</summary>
    public bool HasSeenEmptyClose { get; private set; }

    /// <summary>Takes the next bytes of the connection, cut anywhere.</summary>
    public void Observe(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_payloadLeft > 0)
            {
                var skipped = (int)Math.Min(_payloadLeft, bytes.Length);
                _payloadLeft -= skipped;
                bytes = bytes[skipped..];
            }
            else
            {
                TakeHeaderByte(bytes[0]);
                bytes = bytes[1..];
            }
        }
    }

    private void TakeHeaderByte(byte value)
    {
        switch (_headerBytes++)
        {
            case 0:
                _opcode = value & 0x0F;
                return;
            case 1:
                var shortLength = value & 0x7F;
                var lengthBytes = shortLength switch { 126 => 2, 127 => 8, _ => 0 };
                var maskBytes = (value & 0x80) != 0 ? 4 : 0;
                _headerLength = 2 + lengthBytes + maskBytes;
                _length = lengthBytes == 0 ? shortLength : 0;
                _lengthEnd = 2 + lengthBytes;
                break;
            default:
                if (_headerBytes <= _lengthEnd)
                {
                    _length = (_length << 8) | value;
                }

                break;
        }

        if (_headerBytes == _headerLength)
        {
            HasSeenEmptyClose |= _opcode == CloseOpcode && _length == 0;
            _payloadLeft = _length;
            _headerBytes = 0;
        }
    }
}
