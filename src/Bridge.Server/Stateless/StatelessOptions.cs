namespace Bridge.Server.Stateless;

/// <summary>Configuration <c>Bridge:Stateless</c>: the limits of feeds, each of one feed unless it says otherwise.</summary>
internal sealed class StatelessOptions
{
    public const string Section = "Bridge:Stateless";

    /// <summary>
    /// Feeds of the bridge at a time, those included that wait for their connector. Default 1,000, from 1 to 1,000,000. The
    /// next one is refused with RESOURCE_EXHAUSTED.
    /// </summary>
    public int Feeds { get; set; } = 1000;

    /// <summary>
    /// Instances that take events. Default 1,000, from 1 to 1,000,000. For one more the least recently used is evicted; with
    /// 1 every event for another scope evicts.
    /// </summary>
    public int Instances { get; set; } = 1000;

    /// <summary>Instances beside them that have been told to end. Default 1,000, from 1 to 1,000,000. Then events for new ones wait.</summary>
    public int LeavingInstances { get; set; } = 1000;

    /// <summary>
    /// Scope ids whose scope is remembered. Default 10,000, from <see cref="Instances"/> to 10,000,000. For one more the
    /// least recently used is forgotten, and its next event needs the scope again.
    /// </summary>
    public int KnownScopes { get; set; } = 10_000;

    /// <summary>Events in the queue of one instance. Default 100, from 1 to 1,000,000. Then events of its scope wait outside.</summary>
    public int ScopeEvents { get; set; } = 100;

    /// <summary>
    /// Bytes of events in the queues of all instances. Default 64 MiB, from 64 KiB to 64 GiB. Then events wait outside; an
    /// event alone is never too large for it.
    /// </summary>
    public long HeldBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// How long an event may wait outside. Default 30 s, up to a day. Then it is reported as undelivered. It does not pass
    /// while the connector is behind with its acknowledgements.
    /// </summary>
    public TimeSpan ScopeWaitTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Events of the connector that may be without an acknowledgement. Default 1,000, from 1 to 1,000,000. More end the call
    /// with RESOURCE_EXHAUSTED. It bounds what waits outside.
    /// </summary>
    public int WindowEvents { get; set; } = 1000;

    /// <summary>
    /// The largest event in bytes, in both directions. Default 64 KiB, from 1 KiB to 16 MiB. A larger one of a connector ends
    /// the call with RESOURCE_EXHAUSTED, one of an application raises out of its <c>send</c>.
    /// </summary>
    public int EventBytes { get; set; } = 64 * 1024;

    /// <summary>The largest scope in bytes. Default 8 KiB, from 64 bytes to 16 MiB. A larger one ends the call with RESOURCE_EXHAUSTED.</summary>
    public int ScopeBytes { get; set; } = 8 * 1024;

    /// <summary>Items that the connector has not acknowledged. Default 10,000, from 1 to 10,000,000. Then <c>send</c> waits.</summary>
    public int UnacknowledgedItems { get; set; } = 10_000;

    /// <summary>Bytes of those items. Default 16 MiB, from 64 KiB to 64 GiB. Then <c>send</c> waits.</summary>
    public long UnacknowledgedBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// How long a connector may acknowledge nothing while others wait for it. Default 60 s, up to a day. Then its call ends
    /// with DEADLINE_EXCEEDED.
    /// </summary>
    public TimeSpan AcknowledgeTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a feed waits for its connector. Default 60 s, up to a day. Then it ends.</summary>
    public TimeSpan ResumeTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long nothing must happen in a scope until its instance is ended. Default none; otherwise 1 ms to a day. An
    /// instance in the bridge that works is never idle; of one on a worker only its events are seen.
    /// </summary>
    public TimeSpan? IdleTime { get; set; }
}
