using Asgiref.Core.Headers;

namespace Asgiref.Core.Rules;

/// <summary>
/// What the head of a response says of the body after it, and how much of that has been sent. Shared by HTTP responses
/// and WebSocket denial responses.
/// </summary>
internal struct ResponseHead
{
    private readonly bool _hasBody;
    private readonly long _announced;
    private long _sent;
    private bool _uncounted;

    /// <exception cref="InvalidAsgiEventException">The status, a header or the length is not one that can be sent.</exception>
    public ResponseHead(string eventType, int status, AsgiHeaders headers, bool answersHead)
    {
        if (status is < 200 or > 599)
        {
            throw new InvalidAsgiEventException(eventType, $"the status of a final response is 200 to 599; {status} is not.");
        }

        HeaderRules.Check(eventType, headers);
        _announced = ContentLength.Read(eventType, headers);
        _hasBody = !answersHead && status is not (204 or 205 or 304);
        _uncounted = !_hasBody || _announced == ContentLength.Absent;
    }

    /// <summary>What to do with every part of the body: the response to HEAD, a 204, 205 or 304 has none on the wire (GAP-11).</summary>
    public readonly SendVerdict BodyVerdict => _hasBody ? SendVerdict.Forward : SendVerdict.ForwardWithoutBody;

    /// <summary>Counts a part of the body.</summary>
    /// <exception cref="InvalidAsgiEventException">It goes beyond the announced length (GAP-12); it is not counted.</exception>
    public void Count(string eventType, int bytes)
    {
        if (_uncounted)
        {
            return;
        }

        if (bytes > _announced - _sent)
        {
            throw new InvalidAsgiEventException(
                eventType,
                $"the body is longer than its content-length: {_announced} bytes announced, {_sent} sent, {bytes} more.");
        }

        _sent += bytes;
    }

    /// <summary>A part comes from a file whose length only the front can see: from here on the front checks.</summary>
    public void StopCounting() => _uncounted = true;

    /// <summary>How a body that ends here falls short of its announced length; null if it does not.</summary>
    public readonly string? FindShortfall() =>
        _uncounted || _sent == _announced
            ? null
            : $"The response body is shorter than its content-length: {_announced} bytes announced, {_sent} sent.";
}
