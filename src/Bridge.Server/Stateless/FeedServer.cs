using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Server;
using Asgiref.Core.Values;
using Bridge.Protocol;
using Bridge.Protocol.Mapping;
using Bridge.Server.Metrics;

namespace Bridge.Server.Stateless;

/// <summary>The instances of a feed: the stateless server of Core, whose connection is at the other end of a call.</summary>
/// <param name="run">Runs the application for an instance.</param>
/// <param name="outbox">Takes what applications send.</param>
/// <param name="dropped">Told of events that were in a queue and that no application takes.</param>
/// <param name="endWord">Why the feed ends, for the disconnect events of that time.</param>
/// <param name="shared">Limits, clock, figures.</param>
internal sealed class FeedServer(
    Func<ApplicationInstance<string>, AsgiReceive, AsgiSend, Task> run,
    FeedOutbox outbox,
    Action<FeedEvent> dropped,
    Func<string> endWord,
    StatelessContext shared)
    : StatelessServer<string>(static (_, _, _) => throw new NotSupportedException(), OptionsOf(shared))
{
    private static readonly TimeSpan LongestPatience = TimeSpan.FromHours(1);

    /// <summary>Never: what comes is posted by the feed.</summary>
    protected override Task HandleAsync(CancellationToken stopping) => throw new NotSupportedException();

    internal override Task CallApplicationAsync(ApplicationInstance<string> instance, AsgiReceive receive, AsgiSend send) =>
        run(instance, receive, send);

    protected override ValueTask ApplicationSendAsync(AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken)
    {
        try
        {
            var sent = EventMapping.ToSendMessage(message);
            var bytes = sent.CalculateSize();
            if (bytes > shared.Options.EventBytes)
            {
                shared.BridgeMetrics.Reached(Limit.FeedEventBytes);
                throw new InvalidAsgiEventException(
                    message.Type,
                    $"it takes {bytes} bytes; at most {shared.Options.EventBytes} are taken ({StatelessOptions.Section}:{nameof(StatelessOptions.EventBytes)}).");
            }

            return outbox.SendAsync(((FeedScope)scope).Id, sent, bytes, cancellationToken);
        }
        catch (InvalidMessageException invalid)
        {
            throw new InvalidAsgiEventException(message.Type, invalid.Message);
        }
    }

    protected override AsgiEvent CreateDisconnectEvent(AsgiScope scope, DisconnectReason reason) =>
        new CustomEvent($"{scope.Type}.disconnect", AsgiValueMap.Create(new KeyValuePair<string, AsgiValue>("reason", WordOf(reason))));

    protected override void OnApplicationException(Exception exception, ApplicationDetails<string> details) =>
        Log.InstanceBroke(shared.Logger, exception, details.Scope.Type);

    protected override void OnApplicationAbandoned(ApplicationDetails<string> details) =>
        Log.InstanceAbandoned(shared.Logger, details.Scope.Type, details.Reason, details.Age.TotalSeconds);

    protected override void OnEventDropped(AsgiScope scope, AsgiEvent message) => dropped((FeedEvent)message);

    private static StatelessServerOptions OptionsOf(StatelessContext shared) => new()
    {
        MaxApplications = shared.Options.Instances,
        MaxLeavingApplications = shared.Options.LeavingInstances,
        QueueCapacity = shared.Options.ScopeEvents,
        MaxPendingCalls = shared.Limits.PendingCalls,
        IdleTimeout = shared.Options.IdleTime,
        GracePeriod = Clamp(shared.Limits.GraceTime),
        CancellationTime = Clamp(shared.Limits.CancellationTime),
        Clock = shared.Clock,
    };

    /// <summary>A host may be more patient than a server of Core.</summary>
    private static TimeSpan Clamp(TimeSpan time) => time < LongestPatience ? time : LongestPatience;

    private string WordOf(DisconnectReason reason) => reason switch
    {
        DisconnectReason.Evicted => "evicted",
        DisconnectReason.Idle => "idle",
        DisconnectReason.Closed => "closed",
        _ => endWord(),
    };
}
