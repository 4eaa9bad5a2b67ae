using Asgiref.Core.Events;
using Asgiref.Core.Rules;

namespace Asgiref.Core.Hosting;

/// <summary>An instance's <c>send</c>: in call order through the rules to the driver.</summary>
/// <param name="instance">Whose calls these are; after its host's end the driver is not called any more.</param>
/// <param name="driver">Takes what the rules allow.</param>
/// <param name="rules">What this conversation allows.</param>
/// <param name="afterDisconnect">What a call does when the client has gone.</param>
internal sealed class SendSide(InProcessInstance instance, IDriver driver, SendRules rules, SendAfterDisconnect afterDisconnect) : CallTurns(instance)
{
    private volatile SendProgress _delivered;

    /// <summary>How far the driver has taken the conversation; the rules run ahead of it by what it has not accepted.</summary>
    public SendProgress Delivered => _delivered;

    /// <summary>The application's <see cref="AsgiSend"/>.</summary>
    public ValueTask SendAsync(AsgiEvent message, CancellationToken cancellationToken = default) =>
        afterDisconnect == SendAfterDisconnect.Raise ? RaisingAsync(message, cancellationToken) : IgnoringAsync(message, cancellationToken);

    private async ValueTask IgnoringAsync(AsgiEvent message, CancellationToken cancellationToken)
    {
        try
        {
            await RaisingAsync(message, cancellationToken).ConfigureAwait(false);
        }
        catch (ClientDisconnectedException)
        {
            // As asked.
        }
    }

    private async ValueTask RaisingAsync(AsgiEvent message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        if (!await EnterAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new ClientDisconnectedException();
        }

        var hostEnd = Instance.HostEnd;
        try
        {
            var verdict = rules.Take(message);
            if (verdict == SendVerdict.Ignore)
            {
                return;
            }

            if (hostEnd.IsCancellationRequested || (Instance.HasLeft && !driver.LeavesInOrder))
            {
                throw new ClientDisconnectedException();
            }

            using var either = LinkToHostEnd(cancellationToken);
            await driver.SendAsync(message, verdict, either?.Token ?? hostEnd).ConfigureAwait(false);
            _delivered = rules.Progress;
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
