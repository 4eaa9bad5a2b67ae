using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using Asgiref.Core.Events;

namespace Bridge.Server.WebSockets;

/// <summary>Joins the frames of a client's messages, up to a limit (WS-03, KES-16). One call at a time.</summary>
internal sealed class MessageReader(WebSocket socket, int maxBytes)
{
    private const int FirstBuffer = 4 * 1024;

    /// <summary>Reads the next message and its bytes on the wire's other side.</summary>
    /// <returns>Null when the client has closed.</returns>
    /// <exception cref="MessageTooLargeException">The message is larger than the limit; the rest of it is still to come.</exception>
    /// <exception cref="WebSocketException">The connection was lost, or the client broke the protocol.</exception>
    public async ValueTask<(WebSocketReceiveEvent Message, int Bytes)?> ReadAsync()
    {
        // Nothing is rented while the client is silent.
        var head = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        if (head.MessageType == WebSocketMessageType.Close)
        {
            return null;
        }

        if (head.EndOfMessage)
        {
            return (MakeMessage(head.MessageType, []), 0);
        }

        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var length = 0;
            while (true)
            {
                if (length == buffer.Length)
                {
                    buffer = Grow(buffer, length);
                }

                var part = await socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                length += part.Count;
                if (length > maxBytes)
                {
                    throw new MessageTooLargeException();
                }

                if (part.EndOfMessage)
                {
                    return (MakeMessage(part.MessageType, buffer.AsSpan(0, length)), length);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Throws away what comes until the client closes or the connection ends.</summary>
    public async ValueTask DiscardAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] full, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(2L * full.Length, Array.MaxLength));
        full.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(full);
        return larger;
    }

    /// <summary>The platform has checked that text is UTF-8; a character may have been split between frames.</summary>
    private static WebSocketReceiveEvent MakeMessage(WebSocketMessageType type, ReadOnlySpan<byte> bytes) =>
        type == WebSocketMessageType.Text
            ? new WebSocketReceiveEvent { Text = Encoding.UTF8.GetString(bytes) }
            : new WebSocketReceiveEvent { Bytes = bytes.ToArray() };
}
