using System.Text;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;

namespace Asgiref.Core.Rules;

/// <summary>
/// One socket: accepted, closed before it was open, or answered with a denial response; then messages until a close
/// (WS-19 to WS-46, EXT-01 to EXT-06).
/// </summary>
internal sealed class WebSocketSendRules(WebSocketScope scope) : SendRules
{
    private const string DenialExtension = "websocket.http.response";
    private const int MaxReasonBytes = 123;

    private Phase _phase;
    private ResponseHead _denial;

    private enum Phase
    {
        Handshake,
        Open,
        Denial,
        Done,
    }

    public override SendVerdict Take(AsgiEvent message) => message switch
    {
        // Asking to open what is over is a contradiction, not a late message: it is told even then (GAP-24).
        WebSocketAcceptEvent accept => TakeAccept(accept),
        WebSocketHttpResponseStartEvent start => TakeDenialStart(start),
        _ when _phase == Phase.Done => SendVerdict.Ignore,
        WebSocketSendEvent data => TakeSend(data),
        WebSocketCloseEvent close => TakeClose(close),
        WebSocketHttpResponseBodyEvent body => TakeDenialBody(body),
        _ => throw Foreign(message, scope),
    };

    public override string? FindOmission() => _phase switch
    {
        Phase.Handshake => "The application ended without an answer to websocket.connect.",
        Phase.Open => null,
        Phase.Denial => "The application ended in the middle of the denial response: no body event without more_body was sent.",
        _ => _denial.FindShortfall(),
    };

    private SendVerdict TakeAccept(WebSocketAcceptEvent accept)
    {
        RequireHandshake(accept.Type);
        if (accept.Subprotocol is { } subprotocol && !scope.Subprotocols.Contains(subprotocol, StringComparer.Ordinal))
        {
            throw new InvalidAsgiEventException(
                accept.Type,
                $"the client did not offer the subprotocol \"{HeaderRules.Quote(Encoding.UTF8.GetBytes(subprotocol))}\" (GAP-25).");
        }

        HeaderRules.Check(accept.Type, accept.Headers);
        foreach (ref readonly var field in accept.Headers.AsSpan())
        {
            if (field.IsNamed("sec-websocket-protocol"u8))
            {
                throw new InvalidAsgiEventException(
                    accept.Type,
                    "sec-websocket-protocol is set by the subprotocol key, not as a header (WS-26).");
            }
        }

        _phase = Phase.Open;
        Progress = SendProgress.Started;
        return SendVerdict.Forward;
    }

    private SendVerdict TakeSend(WebSocketSendEvent data)
    {
        if (_phase != Phase.Open)
        {
            throw new InvalidAsgiEventException(data.Type, "the socket has not been accepted.");
        }

        if (data.Text is null == data.Bytes is null)
        {
            throw new InvalidAsgiEventException(
                data.Type,
                $"exactly one of text and bytes is set (WS-35); {(data.Text is null ? "neither" : "both")} is.");
        }

        RequireUnicode(data.Type, "text", data.Text);
        return SendVerdict.Forward;
    }

    private SendVerdict TakeClose(WebSocketCloseEvent close)
    {
        if (_phase == Phase.Denial)
        {
            throw new InvalidAsgiEventException(close.Type, "the handshake is being answered with a denial response (EXT-04).");
        }

        if (close.CodeOrDefault is < 1000 or > 4999 or 1004 or 1005 or 1006 or 1015)
        {
            throw new InvalidAsgiEventException(close.Type, $"{close.Code} is not a close code that may be sent (GAP-05).");
        }

        RequireUnicode(close.Type, "reason", close.Reason);
        if (Encoding.UTF8.GetByteCount(close.ReasonOrDefault) is > MaxReasonBytes and var bytes)
        {
            throw new InvalidAsgiEventException(
                close.Type,
                $"the reason is at most {MaxReasonBytes} bytes of UTF-8 (GAP-05); it has {bytes}.");
        }

        Complete();
        return SendVerdict.Forward;
    }

    private SendVerdict TakeDenialStart(WebSocketHttpResponseStartEvent start)
    {
        RequireExtension(scope, start.Type, DenialExtension);
        RequireHandshake(start.Type);
        if (start.Status is >= 200 and < 300 && scope.HttpVersionOrDefault is "2" or "3")
        {
            throw new InvalidAsgiEventException(
                start.Type,
                $"status {start.Status} would accept the socket: in HTTP/2 and 3 the handshake is denied by 300 to 599 (RFC 8441).");
        }

        _denial = new ResponseHead(start.Type, start.Status, start.Headers, answersHead: false);
        _phase = Phase.Denial;
        Progress = SendProgress.Started;
        return SendVerdict.Forward;
    }

    private SendVerdict TakeDenialBody(WebSocketHttpResponseBodyEvent body)
    {
        RequireExtension(scope, body.Type, DenialExtension);
        if (_phase != Phase.Denial)
        {
            throw new InvalidAsgiEventException(body.Type, "no denial response has been started.");
        }

        _denial.Count(body.Type, body.BodyOrDefault.Length);
        if (!body.MoreBodyOrDefault)
        {
            Complete();
        }

        return _denial.BodyVerdict;
    }

    private void RequireHandshake(string eventType)
    {
        if (_phase != Phase.Handshake)
        {
            throw new InvalidAsgiEventException(eventType, "the handshake has already been answered (GAP-24).");
        }
    }

    private static void RequireUnicode(string eventType, string key, string? text)
    {
        if (text is not null && AsgiText.IndexOfLoneSurrogate(text) is >= 0 and var index)
        {
            throw new InvalidAsgiEventException(
                eventType,
                $"the {key} has half of a surrogate pair at index {index} and so no UTF-8 form (PB-02).");
        }
    }

    private void Complete()
    {
        _phase = Phase.Done;
        Progress = SendProgress.Complete;
    }
}
