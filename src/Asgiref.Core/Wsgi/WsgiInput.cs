using System.Buffers;

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
    private readonly RequestBody _body;

    internal WsgiInput(RequestBody body) => _body = body;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <summary>False: what was read is not kept.</summary>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <summary>Not supported: the length is not known before the end.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads some bytes, at least one unless the body has ended.</summary>
    /// <exception cref="ClientDisconnectedException">The client has gone.</exception>
    /// <exception cref="OperationCanceledException">The host gave up on the instance.</exception>
    public override int Read(Span<byte> buffer) => buffer.IsEmpty || !_body.Fill() ? 0 : CopyTo(buffer);

    /// <inheritdoc cref="Read(Span{byte})"/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <summary>Reads without blocking the thread.</summary>
    /// <inheritdoc cref="Read(Span{byte})"/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty || !await _body.FillAsync(cancellationToken).ConfigureAwait(false) ? 0 : CopyTo(buffer.Span);

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
        while (_body.Fill())
        {
            all.Write(_body.Take(_body.Part.Length).Span);
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
        while (!ended && line.WrittenCount != size && _body.Fill())
        {
            var most = size < 0 ? _body.Part.Length : Math.Min(_body.Part.Length, size - line.WrittenCount);
            var feed = _body.Part.Span[..most].IndexOf((byte)'\n');
            ended = feed >= 0;
            line.Write(_body.Take(ended ? feed + 1 : most).Span);
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
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private int CopyTo(Span<byte> buffer)
    {
        var part = _body.Take(Math.Min(buffer.Length, _body.Part.Length));
        part.Span.CopyTo(buffer);
        return part.Length;
    }
}
