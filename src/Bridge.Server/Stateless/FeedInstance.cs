using Asgiref.Core;
using Asgiref.Core.Hosting;
using Asgiref.Core.Server;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Stateless;

/// <summary>Runs the application of a feed for one instance, wherever it lives, and reports how that ended.</summary>
internal static class FeedInstance
{
    public static async Task RunAsync(
        ApplicationInstance<string> instance,
        AsgiReceive receive,
        AsgiSend send,
        string application,
        FeedOutbox outbox,
        FeedIntake intake,
        StatelessContext shared)
    {
        var scope = (FeedScope)instance.Scope;
        var driver = new ScopeDriver(instance, receive, send, outbox, intake);
        var ending = new InstanceEnding(EndingKind.Failed, default, "The bridge failed.");
        try
        {
            ending = shared.Applications.TryFind(application, out var found)
                ? await found.RunAsync(scope.Inner, driver)
                : new InstanceEnding(EndingKind.Refused, default, $"No application is named \"{StatusText.Quote(application)}\".");
        }
        finally
        {
            driver.Close();
            CountIfLimited(instance.Reason, shared.BridgeMetrics);
            outbox.Report(new V1.FeedOutputItem { ScopeId = scope.Id, Ended = FeedEndings.Of(ending, instance.Reason, shared.DetailedErrors) });
        }

        if (ending.StillRunning is { } returned)
        {
            await returned;
        }
    }

    private static void CountIfLimited(DisconnectReason? told, BridgeMetrics metrics)
    {
        if (told is DisconnectReason.Evicted or DisconnectReason.Idle)
        {
            metrics.Reached(told == DisconnectReason.Idle ? Limit.FeedIdleTime : Limit.FeedInstances);
        }
    }
}
