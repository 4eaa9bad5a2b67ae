using Asgiref.Core;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Bridge.Server.Metrics;

namespace Bridge.Server.Tests.Grpc;

/// <summary>A host in its simplest form: the rules, one disconnect, no patience after it.</summary>
internal sealed class TestApplication(string name, AsgiApplication callable, BridgeMetrics metrics) : IApplication
{
    public string Name => name;

    public async Task<InstanceEnding> RunAsync(AsgiScope scope, IDriver driver)
    {
        metrics.InstanceStarted();
        var rules = SendRules.For(scope);
        var error = default(Exception);
        var left = false;
        AsgiCancellation.Enter(driver.Disconnected);
        try
        {
            await callable(scope, ReceiveAsync, SendAsync);
        }
        catch (Exception raised)
        {
            error = raised;
        }

        var kind = (left || driver.Disconnected.IsCancellationRequested) && rules.Progress != SendProgress.Complete ? EndingKind.Disconnected
            : error is null ? EndingKind.Finished
            : EndingKind.Failed;
        metrics.InstanceEnded(kind);
        return new InstanceEnding(kind, rules.Progress, kind == EndingKind.Finished ? rules.FindOmission() : null, error);

        // The event may come a moment before the token.
        async ValueTask<Asgiref.Core.Events.AsgiEvent> ReceiveAsync(CancellationToken cancellationToken)
        {
            var message = await driver.ReceiveAsync(cancellationToken);
            left |= DisconnectEvents.Includes(message, scope);
            return message;
        }

        ValueTask SendAsync(Asgiref.Core.Events.AsgiEvent message, CancellationToken cancellationToken)
        {
            var verdict = rules.Take(message);
            return verdict == SendVerdict.Ignore ? ValueTask.CompletedTask : driver.SendAsync(message, verdict, cancellationToken);
        }
    }
}
