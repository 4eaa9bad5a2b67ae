using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Asgiref.Core.Compatibility;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Sync.Blocking;

namespace Asgiref.Core.Server;

/// <summary>
/// The base of servers for protocols without connections per client: one source of events, many scopes. Each scope id,
/// such as a user of a chat, gets an instance of the application of its own (SRV-03); when there are too many, the one
/// that was not used for longest is ended.
/// </summary>
/// <typeparam name="TScopeId">What tells scopes apart; compared by its own equality.</typeparam>
/// <remarks>
/// <para>
/// A subclass says in <see cref="HandleAsync"/> where events come from and in <see cref="ApplicationSendAsync"/> where
/// they go to. Scope and events may be records of its own, derived from <see cref="AsgiScope"/> and
/// <see cref="AsgiEvent"/> (SRV-21).
/// </para>
/// <para>
/// All methods are safe for concurrent use, from any thread. Applications start and run on pool threads, in the
/// execution context of the call that opened their scope, but with no Local value of it (<see cref="InstanceContext"/>).
/// Of one scope id at most one application runs at a time: an
/// instance that is opened again while the last one is on its way out takes events at once and starts after it.
/// </para>
/// <para>
/// An instance that is ended gets the events that it had been given, then one disconnect event, then
/// <see cref="StatelessServerOptions.GracePeriod"/> to end; then <see cref="AsgiCancellation.Token"/> fires, its
/// <c>receive</c> and <c>send</c> raise.
/// </para>
/// </remarks>
public abstract partial class StatelessServer<TScopeId>
    where TScopeId : notnull
{
    private readonly InstanceTable<TScopeId> _table;
    private ServerRun? _run;

    /// <summary>Creates a server of an application (SRV-01).</summary>
    /// <param name="application">Called once for each instance.</param>
    /// <param name="options">The limits; null: the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    protected StatelessServer(AsgiApplication application, StatelessServerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(application);
        Options = options ?? new StatelessServerOptions();
        Options.Validate();
        Application = application;
        _table = new InstanceTable<TScopeId>(this);
    }

    /// <summary>Creates a server of a legacy application (SRV-08).</summary>
    /// <param name="application">Called once for each instance, with its scope.</param>
    /// <param name="options">The limits; null: the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    protected StatelessServer(LegacyAsgiApplication application, StatelessServerOptions? options = null)
        : this(AsgiApplications.FromLegacy(application), options)
    {
    }

    /// <summary>How many instances there are, and what has happened to those before.</summary>
    public StatelessServerStatistics Statistics
    {
        get
        {
            var (active, leaving) = _table.Count;
            return Counters.Snapshot(active, leaving);
        }
    }

    internal AsgiApplication Application { get; }

    internal ServerCounters Counters { get; } = new();

    /// <summary>The limits this server was made with.</summary>
    protected internal StatelessServerOptions Options { get; }

    /// <summary>
    /// Runs the handler until it returns, then ends every instance (SRV-19, SRV-20). A server can be run again afterwards.
    /// </summary>
    /// <param name="cancellationToken">
    /// Asks for an orderly stop, as <see cref="StopAsync"/> does: instances are told and waited for, then the handler's
    /// token fires. The run then ends without an exception.
    /// </param>
    /// <returns>Ends when the handler has returned and no instance is left that is not abandoned. Raises what the handler raises.</returns>
    /// <exception cref="InvalidOperationException">The server runs already.</exception>
    /// <exception cref="TimeoutException">The handler did not return within <see cref="StatelessServerOptions.StopTimeout"/> of its token.</exception>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        var run = new ServerRun(HandleAsync, _table.CloseAsync, Options, GetType().Name);
        if (Interlocked.CompareExchange(ref _run, run, null) is not null)
        {
            throw new InvalidOperationException("The server runs already; one run ends before the next one begins.");
        }

        using var registration = cancellationToken.UnsafeRegister(static run => ((ServerRun)run!).RequestStop(), run);
        try
        {
            _table.Open();
            await run.RunAsync().ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _run, null);
            run.End();
        }
    }

    /// <summary>
    /// <see cref="RunAsync(CancellationToken)"/> for a thread that blocks until the end (SRV-17). Ctrl+C and the
    /// request to terminate stop the server in order and are not raised (SRV-18); a second one ends the process.
    /// </summary>
    public void Run()
    {
        using var stop = new CancellationTokenSource();
        using var signals = new InterruptSignals(() =>
        {
            OnInterrupted();
            _ = stop.CancelAsync();
        });

        // On the pool: the handler must not come back to a context that this thread, being blocked, cannot serve.
        BlockingWait.For(new ValueTask(Task.Run(() => RunAsync(stop.Token))));
    }

    /// <summary>
    /// Stops in order: no more instances, a disconnect event to all of them, their grace, their cancellation, then the
    /// handler's token, so that they can still send meanwhile. Without a run only the instances are ended.
    /// </summary>
    /// <param name="cancellationToken">Gives up this wait only; the stop goes on.</param>
    /// <returns>Ends with the run, however that ends: its errors are for who called <see cref="RunAsync(CancellationToken)"/>.</returns>
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (Volatile.Read(ref _run) is { } run)
        {
            run.RequestStop();
            return run.Ended.WaitAsync(cancellationToken);
        }

        return _table.CloseAsync().WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Gives the queue of a scope's instance; the first call for an id starts the application (SRV-03). Counts as a use
    /// of the scope (SRV-05).
    /// </summary>
    /// <param name="scopeId">Which scope.</param>
    /// <param name="scope">What the application is called with; ignored when the scope has an instance (SRV-04).</param>
    /// <param name="cancellationToken">Gives up the wait for a place.</param>
    /// <returns>
    /// At once, unless as many instances as <see cref="StatelessServerOptions.MaxLeavingApplications"/> allows are on their way out.
    /// The writer refuses events once the instance has ended or leaves, so ask again for each event, or use
    /// <see cref="PostAsync"/>. Completing it closes the scope.
    /// </returns>
    /// <exception cref="InvalidOperationException">The server is stopping or has stopped.</exception>
    /// <exception cref="TimeoutException">No place became free in time: applications ignore their cancellation.</exception>
    public async ValueTask<ChannelWriter<AsgiEvent>> GetOrCreateApplicationInstanceAsync(
        TScopeId scopeId, AsgiScope scope, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var instance = await _table.GetOrCreateAsync(scopeId, scope, cancellationToken).ConfigureAwait(false);
        return instance?.Writer ?? throw new InvalidOperationException($"The server has stopped; there is no instance for scope {scopeId}.");
    }

    /// <summary>
    /// Gives one event to a scope's instance, which is made if there is none. An instance that ends at this very moment
    /// is followed by a fresh one, so that no event goes to a dead queue (SRV-15).
    /// </summary>
    /// <param name="scopeId">Which scope.</param>
    /// <param name="scope">What the application is called with; ignored when the scope has an instance.</param>
    /// <param name="message">The event.</param>
    /// <param name="cancellationToken">Gives up the wait for a place or for room in the queue.</param>
    /// <returns>True when it is in the queue, or dropped as the queue's mode says; false when the server is stopping or has stopped.</returns>
    /// <exception cref="TimeoutException">No place became free in time: applications ignore their cancellation.</exception>
    public async ValueTask<bool> PostAsync(
        TScopeId scopeId, AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        while (await _table.GetOrCreateAsync(scopeId, scope, cancellationToken).ConfigureAwait(false) is { } instance)
        {
            if (await instance.Writer.PostAsync(message, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The instance of a scope that takes events; its use is not counted.</summary>
    internal bool TryFind(TScopeId scopeId, [NotNullWhen(true)] out ApplicationInstance<TScopeId>? instance) =>
        _table.TryFind(scopeId, out instance);

    /// <summary>Ends one scope's instance in order, for example when its user has left.</summary>
    /// <returns>False when it has none.</returns>
    public bool CloseApplicationInstance(TScopeId scopeId) =>
        _table.TryFind(scopeId, out var instance) && instance.Leave(DisconnectReason.Closed);
}
