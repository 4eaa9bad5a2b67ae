using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Rules;

/// <summary>One response: a head, its body, trailers if the head announced them (HTTP-34 to HTTP-47 and the http.response extensions).</summary>
/// <remarks>Start and body events are on every request's path: they allocate nothing.</remarks>
internal sealed class HttpSendRules(HttpScope scope) : SendRules
{
    private Phase _phase;
    private ResponseHead _head;
    private bool _debugSent;
    private bool _bodySeen;
    private bool _trailersAnnounced;

    private enum Phase
    {
        BeforeHead,
        Body,
        Trailers,
        Done,
    }

    public override SendVerdict Take(AsgiEvent message) => _phase == Phase.Done ? SendVerdict.Ignore : message switch
    {
        HttpResponseBodyEvent body => TakeBody(body),
        HttpResponseStartEvent start => TakeStart(start),
        HttpResponseTrailersEvent trailers => TakeTrailers(trailers),
        HttpResponsePathSendEvent file => TakePathSend(file),
        HttpResponseZeroCopySendEvent file => TakeZeroCopySend(file),
        HttpResponseEarlyHintEvent hint => TakeEarlyHint(hint),
        HttpResponsePushEvent push => TakePush(push),
        HttpResponseDebugEvent debug => TakeDebug(debug),
        _ => throw Foreign(message, scope),
    };

    public override string? FindOmission() => _phase switch
    {
        Phase.BeforeHead => "The application ended without a response.",
        Phase.Body => "The application ended in the middle of the response: no body event without more_body was sent.",
        Phase.Trailers => _head.FindShortfall() ?? "The application ended without the trailers that it had announced.",
        _ => _head.FindShortfall(),
    };

    private SendVerdict TakeStart(HttpResponseStartEvent start)
    {
        if (_phase != Phase.BeforeHead)
        {
            throw new InvalidAsgiEventException(start.Type, "the response has already been started.");
        }

        if (start.TrailersOrDefault)
        {
            RequireExtension(scope, start.Type, HttpResponseTrailersEvent.TypeName);
        }

        _head = new ResponseHead(start.Type, start.Status, start.Headers, scope.Method == "HEAD");
        _trailersAnnounced = start.TrailersOrDefault;
        _phase = Phase.Body;
        Progress = SendProgress.Started;
        return SendVerdict.Forward;
    }

    private SendVerdict TakeBody(HttpResponseBodyEvent body)
    {
        RequireBodyPhase(body.Type);
        _head.Count(body.Type, body.BodyOrDefault.Length);
        return AfterBodyPart(body.MoreBodyOrDefault);
    }

    private SendVerdict TakePathSend(HttpResponsePathSendEvent file)
    {
        RequireExtension(scope, file.Type, file.Type);
        RequireBodyPhase(file.Type);
        if (_bodySeen)
        {
            throw new InvalidAsgiEventException(file.Type, "it is the whole body and cannot follow another part of it (EXT-20).");
        }

        if (!Path.IsPathFullyQualified(file.Path) || file.Path.Contains('\0', StringComparison.Ordinal))
        {
            throw new InvalidAsgiEventException(file.Type, "the path is not absolute (EXT-19).");
        }

        _head.StopCounting();
        return AfterBodyPart(moreBody: false);
    }

    private SendVerdict TakeZeroCopySend(HttpResponseZeroCopySendEvent file)
    {
        RequireExtension(scope, file.Type, file.Type);
        RequireBodyPhase(file.Type);
        if (file.Offset < 0 || file.Count < 0)
        {
            throw new InvalidAsgiEventException(file.Type, "offset and count are not negative.");
        }

        _head.StopCounting();
        return AfterBodyPart(file.MoreBodyOrDefault);
    }

    private SendVerdict TakeTrailers(HttpResponseTrailersEvent trailers)
    {
        RequireExtension(scope, trailers.Type, trailers.Type);
        if (_phase != Phase.Trailers)
        {
            throw new InvalidAsgiEventException(
                trailers.Type,
                _phase == Phase.Body && !_trailersAnnounced
                    ? "the start event did not announce trailers (EXT-28)."
                    : "trailers come after the last body event (EXT-29).");
        }

        HeaderRules.Check(trailers.Type, trailers.Headers);
        if (!trailers.MoreTrailersOrDefault)
        {
            Complete();
        }

        return SendVerdict.Forward;
    }

    private SendVerdict TakeEarlyHint(HttpResponseEarlyHintEvent hint)
    {
        RequireExtension(scope, hint.Type, hint.Type);
        for (var i = 0; i < hint.Links.Count; i++)
        {
            if (!HeaderRules.IsFieldValue(hint.Links[i].Span))
            {
                throw new InvalidAsgiEventException(hint.Type, $"link {i} holds a control character.");
            }
        }

        return _bodySeen ? SendVerdict.Ignore : SendVerdict.Forward;
    }

    private SendVerdict TakePush(HttpResponsePushEvent push)
    {
        RequireExtension(scope, push.Type, push.Type);
        RequireBodyPhase(push.Type);
        HeaderRules.Check(push.Type, push.Headers);
        return SendVerdict.Forward;
    }

    private SendVerdict TakeDebug(HttpResponseDebugEvent debug)
    {
        RequireExtension(scope, debug.Type, debug.Type);
        if (_phase != Phase.BeforeHead || _debugSent)
        {
            throw new InvalidAsgiEventException(debug.Type, "it is sent once, before the response is started (EXT-34).");
        }

        _debugSent = true;
        return SendVerdict.Forward;
    }

    private void RequireBodyPhase(string eventType)
    {
        if (_phase != Phase.Body)
        {
            throw new InvalidAsgiEventException(
                eventType,
                _phase == Phase.BeforeHead ? "the response has not been started." : "the body is already complete.");
        }
    }

    private SendVerdict AfterBodyPart(bool moreBody)
    {
        _bodySeen = true;
        if (!moreBody)
        {
            if (_trailersAnnounced)
            {
                _phase = Phase.Trailers;
            }
            else
            {
                Complete();
            }
        }

        return _head.BodyVerdict;
    }

    private void Complete()
    {
        _phase = Phase.Done;
        Progress = SendProgress.Complete;
    }
}
