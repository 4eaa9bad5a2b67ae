using System.Runtime.ExceptionServices;
using Asgiref.Core.Events;
using Asgiref.Core.Sync.Blocking;

namespace Asgiref.Core.Wsgi;

/// <summary>
/// The sending side of one request: holds the head back until it is needed (PEP-12), keeps the body to its Content-Length
/// (PEP-19, PEP-20), and blocks until the server has taken each event (PEP-06). Used by the request's thread only.
/// </summary>
internal sealed class WsgiResponse
{
    private static readonly HttpResponseBodyEvent End = new() { Body = ReadOnlyMemory<byte>.Empty, MoreBody = false };

    private readonly AsgiSend _send;
    private readonly bool _isHead;
    private readonly CancellationToken _cancellation;
    private readonly WsgiWrite _write;
    private WsgiResponseHead? _head;
    private bool _startCalled;
    private bool _headSent;
    private bool _complete;
    private long _sent;

    public WsgiResponse(AsgiSend send, bool isHead, CancellationToken cancellation)
    {
        _send = send;
        _isHead = isHead;
        _cancellation = cancellation;
        _write = Write;
    }

    /// <summary>What the application gets as <c>start_response</c>.</summary>
    public WsgiWrite Start(string status, IReadOnlyList<(string Name, string Value)> headers, ExceptionDispatchInfo? excInfo)
    {
        if (_headSent)
        {
            excInfo?.Throw();
        }

        if (_startCalled && excInfo is null)
        {
            throw new WsgiProtocolException("You cannot call start_response a second time without exc_info.");
        }

        _startCalled = true;
        _head = WsgiResponseHead.Parse(status, headers);
        return _write;
    }

    /// <summary>The body's length is known: declares it if the application did not, and if it may be declared.</summary>
    public void DeclareLength(long length)
    {
        // To HEAD an application may answer with nothing where GET has a body: an empty body says nothing of the length.
        if (!_headSent && !(_isHead && length == 0))
        {
            RequireHead().DeclareLength(length);
        }
    }

    /// <summary>Sends a chunk of the iterable, cut at the Content-Length (WSGI-36).</summary>
    /// <returns>Whether the response is complete: no further chunk is wanted (WSGI-37).</returns>
    public bool Yield(ReadOnlyMemory<byte> chunk)
    {
        if (!_headSent && chunk.IsEmpty)
        {
            return false;
        }

        var head = RequireHead();
        var more = true;
        if (head.ContentLength is { } length && length - _sent <= chunk.Length)
        {
            chunk = chunk[..(int)(length - _sent)];
            more = false;
        }

        SendHead(head);
        SendBody(chunk, more);
        return !more;
    }

    /// <summary>The iterable has ended.</summary>
    /// <exception cref="WsgiProtocolException">The body is shorter than its Content-Length; the response stays cut (PEP-19).</exception>
    public void Finish()
    {
        // Nothing has been sent: that is the whole body.
        DeclareLength(0);
        var head = RequireHead();
        if (head.ContentLength > _sent && !_isHead && !head.IsBodyless)
        {
            throw new WsgiProtocolException($"The body has {_sent} bytes, but its Content-Length is {head.ContentLength}.");
        }

        SendHead(head);
        Send(End);
        _complete = true;
    }

    /// <summary>After this, <c>write</c> raises.</summary>
    public void Close() => _complete = true;

    private void Write(ReadOnlyMemory<byte> data)
    {
        if (_complete)
        {
            throw new WsgiProtocolException("write() was called after the end of the response.");
        }

        var head = RequireHead();
        if (head.ContentLength - _sent < data.Length)
        {
            throw new WsgiProtocolException(
                $"write() of {data.Length} bytes after {_sent} goes beyond the Content-Length of {head.ContentLength}.");
        }

        SendHead(head);
        SendBody(data, more: true);
    }

    private WsgiResponseHead RequireHead() =>
        _head ?? throw new WsgiProtocolException("start_response was not called before the first body bytes or the end of the body.");

    private void SendHead(WsgiResponseHead head)
    {
        if (!_headSent)
        {
            _headSent = true;
            Send(head.ToEvent());
        }
    }

    private void SendBody(ReadOnlyMemory<byte> body, bool more)
    {
        _sent += body.Length;
        Send(new HttpResponseBodyEvent { Body = body, MoreBody = more });
        _complete = !more;
    }

    private void Send(AsgiEvent message)
    {
        _cancellation.ThrowIfCancellationRequested();
        BlockingWait.For(_send(message, _cancellation));
    }
}
