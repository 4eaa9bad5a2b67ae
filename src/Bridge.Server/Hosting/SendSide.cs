using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Rules;
using Bridge.Server.Instances;

namespace Bridge.Server.Hosting;

/// <summary>An instance's <c>send</c>: in call order through the rules to the driver.</summary>
/// <param name="driver">Takes what the rules allow.</param>
/// <param name="rules">What this conversation allows.</param>
/// <param name="maxWaiting">How many calls may wait behind one another.</param>
/// <param name="hostEnd">Fires when the host ends the instance; the driver is not called any more.</param>
internal sealed class SendSide(IDriver driver, SendRules rules, int maxWaiting, CancellationToken hostEnd) : CallTurns(maxWaiting)
{
    /// <summary>The application's <see cref="AsgiSend"/>.</summary>
    public async ValueTask SendAsync(AsgiEvent message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        if (!await EnterAsync(cancellationToken))
        {
            throw new ClientDisconnectedException();
        }

        try
        {
            var verdict = rules.Take(message);
            if (verdict == SendVerdict.Ignore)
            {
                return;
            }

            if (hostEnd.IsCancellationRequested)
            {
                throw new ClientDisconnectedException();
            }

            using var either = cancellationToken.CanBeCanceled
                ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, hostEnd)
                : null;
            await driver.SendAsync(message, verdict, either?.Token ?? hostEnd);
        }
        catch (OperationCanceledException) when (hostEnd.IsCancellationRequested)
        {
            throw new ClientDisconnectedException();
        }
        finally
        {
            Exit();
        }
    }
}
