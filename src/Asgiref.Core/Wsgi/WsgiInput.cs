using System.Buffers;
using Asgiref.Core.Events;
using Asgiref.Core.Sync;

namespace Asgiref.Core.Wsgi;

/// <summary>
/// <c>wsgi.input</c>: the request body as it arrives (PEP-31, PEP-32). A read takes the next part from the server only
/// when the last one is used up, so a slow application slows its client and nothing is stored; an application that never
/// reads never asks the client for the body (PEP-50). Ends at the Content-Length or at the body's end.
/// </summary>
/// <remarks>
/// A client that leaves ends a blocked read with <see cref="ClientDisconnectedException"/>, and every later one. Forward
/// only. Not safe for concurrent use. Disposing it does nothing: it belongs to the server (PEP-34).
/// </remarks>
public sealed class WsgiInput : Stream
{
    private readonly AsgiReceive _receive;
    private readonly CancellationToken _cancellation;
    private ReadOnlyMemory<byte> _part;
    private long _left;
    private bool _disconnected;

    /// <param name="receive">Gives the events of the request.</param>
    /// <param name="length">The Content-Length; null if the body's end is told by its events alone.</param>
    /// <param name="cancellation">Ends blocked reads.</param>
    internal WsgiInput(AsgiReceive receive, long? length, CancellationToken cancellation)
    {
        _receive = receive;
        _left = length ?? long.MaxValue;
        _cancellation = cancellation;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <summary>False: what was read is not kept.</summary>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Not supported: the length is not known before the end.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads some bytes, at least one unless the body has ended.</summary>
    /// <exception cref="ClientDisconnectedException">The client has gone.</exception>
    /// <exception cref="OperationCanceledException">The host gave up on the instance.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || !Fill())
        {
            return 0;
        }

        var count = Math.Min(buffer.Length, _part.Length);
        _part.Span[..count].CopyTo(buffer);
        _part = _part[count..];
        return count;
    }

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <summary>Reads without blocking the thread.</summary>
    /// <inheritdoc cref="Read(Span{byte})"/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_part.IsEmpty && _left > 0 && !buffer.IsEmpty)
        {
            ThrowIfDisconnected();
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cancellation);
            Take(await _receive(both.Token).ConfigureAwait(false));
        }

        return Read(buffer.Span);
    }

    /// <inheritdoc cref="ReadAsync(Memory{byte}, CancellationToken)"/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Reads the rest of the body into memory: Python's <c>read()</c> without a size.</summary>
    public byte[] ReadToEnd()
    {
        var all = new ArrayBufferWriter<byte>();
        while (Fill())
        {
            all.Write(_part.Span);
            _part = default;
        }

        return all.WrittenSpan.ToArray();
    }

    /// <summary>Reads up to and including the next line feed.</summary>
    /// <param name="size">Bytes at most; negative for any number.</param>
    /// <returns>The line; empty at the end of the body.</returns>
    public byte[] ReadLine(int size = -1)
    {
        var line = new ArrayBufferWriter<byte>();
        var ended = false;
        while (!ended && line.WrittenCount != size && Fill())
        {
            var available = size < 0 ? _part.Span : _part.Span[..Math.Min(_part.Length, size - line.WrittenCount)];
            var feed = available.IndexOf((byte)'\n');
            ended = feed >= 0;
            var taken = ended ? available[..(feed + 1)] : available;
            line.Write(taken);
            _part = _part[taken.Length..];
        }

        return line.WrittenSpan.ToArray();
    }

    /// <summary>Reads the rest of the body as lines.</summary>
    /// <param name="hint">Stops after the line that reaches this many bytes in all; 0 or less for no limit.</param>
    public IReadOnlyList<byte[]> ReadLines(int hint = -1)
    {
        var lines = new List<byte[]>();
        var total = 0L;
        foreach (var line in Lines())
        {
            lines.Add(line);
            total += line.Length;
            if (hint > 0 && total >= hint)
            {
                break;
            }
        }

        return lines;
    }

    /// <summary>Reads line by line, as Python's iteration over the input does.</summary>
    public IEnumerable<byte[]> Lines()
    {
        while (ReadLine() is { Length: > 0 } line)
        {
            yield return line;
        }
    }

    /// <summary>Does nothing.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not supported.</summary>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Makes sure that there is something to read; blocks for it.</summary>
    /// <returns>False at the end of the body.</returns>
    private bool Fill()
    {
        while (_part.IsEmpty && _left > 0)
        {
            ThrowIfDisconnected();
            Take(BlockingWait.For(_receive(_cancellation)));
        }

        return !_part.IsEmpty;
    }

    private void Take(AsgiEvent message)
    {
        switch (message)
        {
            case HttpRequestEvent request:
                var body = request.BodyOrDefault;
                _part = body.Length > _left ? body[..(int)_left] : body;
                _left = request.MoreBodyOrDefault ? _left - _part.Length : 0;
                break;
            case HttpDisconnectEvent:
                _disconnected = true;
                ThrowIfDisconnected();
                break;
            default:
                throw new InvalidOperationException($"wsgi.input: the server sent {message.Type} where {HttpRequestEvent.TypeName} was due.");
        }
    }

    private void ThrowIfDisconnected()
    {
        if (_disconnected)
        {
            throw new ClientDisconnectedException("The client has disconnected; the rest of the request body is lost.");
        }
    }
}
