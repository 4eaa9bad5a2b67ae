using System.Reflection;
using Asgiref.Core.Callables;
using Microsoft.Extensions.Logging;

namespace Bridge.Client.Workers;

/// <summary>
/// What a <see cref="BridgeWorker"/> serves and how. The worker checks and copies it when it is made; later changes do
/// nothing. Not safe for concurrent use. All times are above zero and at most a day.
/// </summary>
public sealed class BridgeWorkerOptions
{
    /// <summary>
    /// Where the bridge listens for gRPC: <c>http://host:port</c> (HTTP/2 in the clear), <c>https://host:port</c>, or
    /// <c>unix:/path</c> for a Unix domain socket. Default <c>http://localhost:50051</c>.
    /// </summary>
    public string Address { get; set; } = "http://localhost:50051";

    /// <summary>
    /// What the operator calls this worker, 1 to 128 characters: the same after a restart, another one for every worker that
    /// runs at the same time. Of two processes with one name the older gives way to the newer. Default: the program's name,
    /// "@" and the machine's.
    /// </summary>
    public string Name { get; set; } = DefaultName();

    /// <summary>
    /// What the bridge's <c>Bridge:Token</c> asks for; visible ASCII characters. Sent with every session, also over
    /// <c>http://</c>, and never logged. Null, the default: none.
    /// </summary>
    public string? Token { get; set; }

    /// <summary>The applications. At least one, if <see cref="Callables"/> has nothing to serve.</summary>
    public WorkerApplications Applications { get; } = [];

    /// <summary>
    /// The functions that others may call here: all that it has are offered, also those that are registered later, as long as
    /// the worker does not stop. The worker becomes its default route (<see cref="CallableRegistry.UseDefault"/>), so that a name which is not registered here is called
    /// through the bridge. Null, the default: none, and calls go out through <see cref="BridgeWorker.Route"/> alone.
    /// </summary>
    public CallableRegistry? Callables { get; set; }

    /// <summary>
    /// How long a call waits for a session with the bridge while none is up; then it is refused as draining: no code ran.
    /// Default 10 s.
    /// </summary>
    public TimeSpan SessionWaitTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Calls that wait so at once; the next one is refused as overloaded. Default 10,000; 1 to 1,000,000.</summary>
    public int WaitingCalls { get; set; } = 10_000;

    /// <summary>
    /// Sessions kept with the bridge at once. One takes thousands of instances; more spread them over connections and cores.
    /// Default 1; 1 to 64.
    /// </summary>
    public int Sessions { get; set; } = 1;

    /// <summary>Instances and calls that run at once on one session; the next one is refused and may go elsewhere. Default 10,000; 1 to 1,000,000.</summary>
    public int MaxInstancesPerSession { get; set; } = 10_000;

    /// <summary>How long a connection may take to come up. Default 5 s.</summary>
    public TimeSpan ConnectTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the bridge's hello may take, connecting included. Default 10 s.</summary>
    public TimeSpan HelloTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long nothing may come from the bridge before a ping asks for a sign of life. Default 10 s.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long nothing may come after that ping before the session is given up. Default 10 s.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the end of a session may take, in each of its steps, when all is said. Default 5 s.</summary>
    public TimeSpan CloseTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>From the beginning of a stop until running instances get their disconnect event. WebSockets get it at once. Default 30 s.</summary>
    public TimeSpan DrainTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>From an instance's disconnect event until its <c>AsgiCancellation.Token</c> fires. Default 10 s.</summary>
    public TimeSpan GraceTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>From that token until the instance is no longer waited for. Default 5 s.</summary>
    public TimeSpan CancellationTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>From <c>lifespan.startup</c> to its answer; later the worker ends with <see cref="WorkerError.StartupFailed"/>. Default 60 s.</summary>
    public TimeSpan LifespanStartupTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>From <c>lifespan.shutdown</c> to its answer; later the worker ends without it. Default 30 s.</summary>
    public TimeSpan LifespanShutdownTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long to wait before dialling again.</summary>
    public WorkerReconnection Reconnection { get; set; } = new();

    /// <summary>When the worker has served enough. Null, the default: never.</summary>
    public WorkerRecycling? Recycle { get; set; }

    /// <summary>
    /// Where the worker logs, in the category <c>Bridge.Client.Workers.BridgeWorker</c>: sessions, and what applications raise. Null,
    /// the default: nowhere.
    /// </summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The clock of all waits. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where the randomness of waits and limits comes from; the worker uses it from one thread at a time. Default <see cref="Random.Shared"/>.</summary>
    public Random Random { get; set; } = Random.Shared;

    /// <summary>
    /// Has the last word about the connections to the bridge, such as the certificates they trust. Called for each
    /// connection, with a handler of its own. Null, the default: nothing to say.
    /// </summary>
    public Action<SocketsHttpHandler>? ConfigureConnection { get; set; }

    /// <summary>Which process this is; 16 bytes.</summary>
    internal byte[] ProcessId { get; set; } = ProcessIdentity.Id;

    /// <summary>Whether its sessions name no worker: they only call.</summary>
    internal bool ServesNothing { get; set; }

    /// <summary>Dials; null: gRPC.</summary>
    internal ISessionDialer? Dialer { get; set; }

    /// <summary>A copy that later changes do not reach; the applications are copied by who hosts them.</summary>
    internal BridgeWorkerOptions Copy() => (BridgeWorkerOptions)MemberwiseClone();

    private static string DefaultName()
    {
        var name = $"{Assembly.GetEntryAssembly()?.GetName().Name ?? "worker"}@{Environment.MachineName}";
        return name.Length <= 128 ? name : name[..128];
    }
}
