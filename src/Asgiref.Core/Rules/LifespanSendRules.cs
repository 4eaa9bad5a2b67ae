using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Rules;

/// <summary>One lifespan: an answer to the startup, then one to the shutdown (LIFE-10 to LIFE-20).</summary>
internal sealed class LifespanSendRules(LifespanScope scope) : SendRules
{
    public override SendVerdict Take(AsgiEvent message)
    {
        if (Progress == SendProgress.Complete)
        {
            return SendVerdict.Ignore;
        }

        Progress = message switch
        {
            LifespanStartupCompleteEvent => Answer(message, SendProgress.NotStarted, SendProgress.Started),
            LifespanStartupFailedEvent => Answer(message, SendProgress.NotStarted, SendProgress.Complete),
            LifespanShutdownCompleteEvent or LifespanShutdownFailedEvent =>
                Answer(message, SendProgress.Started, SendProgress.Complete),
            _ => throw Foreign(message, scope),
        };
        return SendVerdict.Forward;
    }

    public override string? FindOmission() => Progress switch
    {
        SendProgress.NotStarted => "The application ended without an answer to lifespan.startup.",
        SendProgress.Started => "The application ended without an answer to lifespan.shutdown.",
        _ => null,
    };

    private SendProgress Answer(AsgiEvent message, SendProgress expected, SendProgress next)
    {
        if (Progress == expected)
        {
            return next;
        }

        throw new InvalidAsgiEventException(
            message.Type,
            expected == SendProgress.NotStarted
                ? "lifespan.startup has already been answered."
                : "lifespan.startup has not been answered yet.");
    }
}
