using Asgiref.Core.Events;
using Asgiref.Core.Sync.Blocking;

namespace Asgiref.Core.Wsgi;

/// <summary>
/// The body of one request as the server gives it, part by part: asks for the next part only when the last one is used
/// up, and ends at the Content-Length or at the body's end. Not safe for concurrent use.
/// </summary>
/// <param name="receive">Gives the events of the request.</param>
/// <param name="length">The Content-Length; null if the body's end is told by its events alone.</param>
/// <param name="cancellation">Ends blocked waits.</param>
internal sealed class RequestBody(AsgiReceive receive, long? length, CancellationToken cancellation)
{
    private long _left = length ?? long.MaxValue;
    private bool _disconnected;

    /// <summary>What has come and is not used up.</summary>
    public ReadOnlyMemory<byte> Part { get; private set; }

    /// <summary>Uses up the first bytes of the part.</summary>
    public ReadOnlyMemory<byte> Take(int count)
    {
        var taken = Part[..count];
        Part = Part[count..];
        return taken;
    }

    /// <summary>Makes sure that there is something in the part; blocks for it.</summary>
    /// <returns>False at the end of the body.</returns>
    /// <exception cref="ClientDisconnectedException">The client has gone.</exception>
    public bool Fill()
    {
        while (Part.IsEmpty && _left > 0)
        {
            ThrowIfDisconnected();
            Accept(BlockingWait.For(receive(cancellation)));
        }

        return !Part.IsEmpty;
    }

    /// <summary><see cref="Fill"/> without blocking the thread.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        while (Part.IsEmpty && _left > 0)
        {
            ThrowIfDisconnected();
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, cancellation);
            Accept(await receive(both.Token).ConfigureAwait(false));
        }

        return !Part.IsEmpty;
    }

    private void Accept(AsgiEvent message)
    {
        switch (message)
        {
            case HttpRequestEvent request:
                var body = request.BodyOrDefault;
                Part = body.Length > _left ? body[..(int)_left] : body;
                _left = request.MoreBodyOrDefault ? _left - Part.Length : 0;
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
