using Asgiref.Core.Events;

namespace Asgiref.Core.Rules;

/// <summary>A protocol of the users' own: any custom event at any time, events of the specification never.</summary>
internal sealed class CustomSendRules(string scopeType) : SendRules
{
    public override SendVerdict Take(AsgiEvent message)
    {
        if (message is not CustomEvent)
        {
            throw new InvalidAsgiEventException(message.Type, $"the event does not belong to a scope of type \"{scopeType}\".");
        }

        Progress = SendProgress.Started;
        return SendVerdict.Forward;
    }

    public override string? FindOmission() => null;
}
