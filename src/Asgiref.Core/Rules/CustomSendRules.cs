using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Rules;

/// <summary>A protocol of the users' own: any custom event at any time, events of the specification never.</summary>
internal sealed class CustomSendRules(AsgiScope scope) : SendRules
{
    public override SendVerdict Take(AsgiEvent message)
    {
        if (message is not CustomEvent)
        {
            throw Foreign(message, scope);
        }

        Progress = SendProgress.Started;
        return SendVerdict.Forward;
    }

    public override string? FindOmission() => null;
}
