using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Callables;
using Asgiref.Core.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Client.Workers;

/// <summary>
/// Serves applications of this process through a bridge: dials it, offers them, runs the instances that it opens, and
/// dials again whenever the connection is lost. Their lifespan runs here, once in the worker's life. Runs once: a program
/// that wants to go on after the end makes a new one. Safe for concurrent use.
/// </summary>
/// <remarks>
/// The figures of a worker are in the meter <c>Bridge.Client.Workers</c>. What its applications raise is logged to
/// <see cref="BridgeWorkerOptions.LoggerFactory"/>, and nowhere if there is none.
/// </remarks>
[SuppressMessage("Reliability", "CA2213", Justification = "A source without timer or wait handle has nothing to dispose; so its token can always be had.")]
public sealed class BridgeWorker : IAsyncDisposable
{
    private readonly BridgeWorkerOptions _options;
    private readonly ILogger _logger;
    private readonly WorkerMetrics _metrics;
    private readonly WorkerStates _states;
    private readonly Recycler _recycler;
    private readonly WorkerHost _host;
    private readonly WorkerSessions _sessions;
    private readonly WorkerCalls _calls;
    private readonly WorkerCallables _callables;
    private readonly CancellationTokenSource _ends = new();
    private readonly CancellationTokenSource _hurry = new();
    private readonly TaskCompletionSource<WorkerEnding> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private WorkerEnding? _ending;
    private WorkerException? _error;
    private bool _started;

    /// <summary>Makes a worker; nothing is connected yet.</summary>
    /// <param name="options">What it serves and how; copied.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it, its value and the range.</exception>
    public BridgeWorker(BridgeWorkerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        WorkerOptionRules.Check(options);
        _options = options.Copy();
        _logger = new GuardedLogger((_options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger(typeof(BridgeWorker).FullName!));
        _metrics = new WorkerMetrics(_options.Name);
        _states = new WorkerStates(_logger) { Changed = change => StateChanged?.Invoke(this, change) };
        var random = new SharedRandom(_options.Random);
        _recycler = new Recycler(
            _options.Recycle, random, _options.TimeProvider, reason => End(new WorkerEnding(WorkerEndingKind.Recycled, reason)));
        _host = new WorkerHost(
            _options.Applications, new WorkerHostingContext(LimitsOf(_options), _options.TimeProvider, _logger, _metrics, _recycler));
        _calls = new WorkerCalls(_options, _metrics);
        CallObserver = new WorkerCallObserver(_logger, _metrics);
        _callables = new WorkerCallables(_options.Callables, CallObserver);
        Route = new CallRoute(_calls);
        _options.Callables?.UseDefault(Route);
        var parts = new WorkerParts(
            _options, _options.Dialer ?? new GrpcDialer(_options), _logger, _metrics, _states, _calls, _callables, random);
        _sessions = new WorkerSessions(parts, _host, OnSessionVerdict);
    }

    /// <summary>
    /// Tells of every change of <see cref="State"/>, in order and one at a time, on the thread that made it: handlers must be
    /// quick. What one throws is logged.
    /// </summary>
    public event EventHandler<WorkerStateChangedEventArgs>? StateChanged;

    /// <summary>What the worker is doing now.</summary>
    public WorkerState State => _states.State;

    /// <summary>Whether a bridge can send it instances: <see cref="State"/> is <see cref="WorkerState.Ready"/>.</summary>
    public bool IsReady => State == WorkerState.Ready;

    /// <summary>
    /// The way from this process to functions elsewhere, over the worker's own sessions: so callbacks find this process. For
    /// <see cref="CallableRegistry.AddRemote"/>; <see cref="BridgeWorkerOptions.Callables"/> has it as its default route.
    /// </summary>
    public CallRoute Route { get; }

    /// <summary>
    /// How the worker ended, when everything of it has: instances, lifespans, sessions. Fails with
    /// <see cref="WorkerException"/> if it ended by an error.
    /// </summary>
    public Task<WorkerEnding> Completion => _completion.Task;

    /// <summary>Begins to start the applications up and to connect. Does not wait for either.</summary>
    /// <param name="cancellationToken">Gives up this call, if it has not begun.</param>
    /// <exception cref="InvalidOperationException">The worker has been started or stopped before.</exception>
    /// <exception cref="OperationCanceledException">The call was given up.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Start();
        return Task.CompletedTask;
    }

    /// <summary>As <see cref="StartAsync"/>.</summary>
    internal void Start()
    {
        lock (_gate)
        {
            if (_started || _ending is not null)
            {
                throw new InvalidOperationException("A worker runs once, and this one has been started or stopped before.");
            }

            _started = true;
        }

        _states.Begin();
        _sessions.Start();
        _ = Task.Run(ServeAsync, CancellationToken.None);
    }

    /// <summary>Waits until the worker is ready; ends at once if it is.</summary>
    /// <param name="cancellationToken">Gives up this wait.</param>
    /// <exception cref="WorkerException">It ended before, or failed to start.</exception>
    /// <exception cref="OperationCanceledException">The wait was given up.</exception>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken = default) => _states.Ready.WaitAsync(cancellationToken);

    /// <summary>Starts the worker and serves until it has ended for good.</summary>
    /// <param name="cancellationToken">Stops the worker as <see cref="StopAsync"/> does; the call then ends normally.</param>
    /// <returns>How it ended: stopped, replaced by a newer process, or to be recycled.</returns>
    /// <exception cref="WorkerException">It ended by an error that dialling again does not mend.</exception>
    /// <exception cref="InvalidOperationException">The worker has been started or stopped before.</exception>
    public async Task<WorkerEnding> RunAsync(CancellationToken cancellationToken = default)
    {
        await StartAsync(CancellationToken.None).ConfigureAwait(false);
        using var registration = cancellationToken.UnsafeRegister(static worker => ((BridgeWorker)worker!).End(Stopped()), this);
        return await Completion.ConfigureAwait(false);
    }

    /// <summary>
    /// Stops: takes nothing new, lets what runs finish within <see cref="BridgeWorkerOptions.DrainTime"/> (WebSockets get their
    /// disconnect event at once), shuts the applications down and ends the sessions. Ends when all that is done, which the
    /// time limits bound. An error by which the worker had ended before is not raised here.
    /// </summary>
    /// <param name="cancellationToken">
    /// Puts the stop in a hurry: what still runs gets its disconnect event now. The call waits on, for at most the grace time,
    /// the cancellation time and the shutdown of the applications.
    /// </param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        End(Stopped());
        using var registration = cancellationToken.UnsafeRegister(static worker => _ = ((BridgeWorker)worker!)._hurry.CancelAsync(), this);
        await ((Task)Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops in a hurry, if the worker has not ended yet.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _metrics.Dispose();
    }

    /// <summary>Logs and counts what becomes of calls.</summary>
    internal WorkerCallObserver CallObserver { get; }

    /// <summary>The figures, for tests.</summary>
    internal WorkerMetrics Metrics => _metrics;

    private static WorkerEnding Stopped() => new(WorkerEndingKind.Stopped, "The program has stopped it.");

    private static HostingLimits LimitsOf(BridgeWorkerOptions options) => new()
    {
        DrainTime = options.DrainTime,
        GraceTime = options.GraceTime,
        CancellationTime = options.CancellationTime,
        LifespanStartupTime = options.LifespanStartupTime,
        LifespanShutdownTime = options.LifespanShutdownTime,
    };

    private async Task ServeAsync()
    {
        try
        {
            await _host.StartAsync(_ends.Token).ConfigureAwait(false);
            await _sessions.OfferReadyAsync().WaitAsync(_ends.Token).ConfigureAwait(false);
            _states.ApplicationsAreUp();
            _recycler.Start();
            await Task.Delay(Timeout.InfiniteTimeSpan, _ends.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException) when (_ends.IsCancellationRequested)
        {
            // Stopped while it started.
        }
        catch (Exception error)
        {
            Fail(new WorkerException(WorkerError.StartupFailed, error.Message, error));
        }

        await FinishAsync().ConfigureAwait(false);
    }

    private async Task FinishAsync()
    {
        _recycler.Dispose();
        var reason = _error?.Message ?? _ending!.Reason;
        _sessions.Withdraw();
        if (!_callables.Any)
        {
            _sessions.Drain(reason);
        }

        // A session that drains ends with what is open on it; callbacks and the shutdown of applications may still need one.
        var calls = _callables.DrainAsync(_options.DrainTime, _options.TimeProvider, _hurry.Token);
        await _host.StopAsync(calls, _hurry.Token).ConfigureAwait(false);
        _calls.End(reason);
        _sessions.Drain(reason);
        await _sessions.EndAsync().ConfigureAwait(false);
        Complete();
    }

    private void Complete()
    {
        _callables.Close();
        _calls.End(_error?.Message ?? _ending!.Reason);
        _states.End(_error);
        if (_error is { } error)
        {
            _completion.TrySetException(error);

            // Whoever wants to know awaits it; nobody has to.
            _ = _completion.Task.Exception;
        }
        else
        {
            _completion.TrySetResult(_ending!);
        }
    }

    private void OnSessionVerdict(SessionVerdict verdict)
    {
        if (verdict.Error is { } error)
        {
            Fail(new WorkerException(error, verdict.Reason));
        }
        else
        {
            End(new WorkerEnding(WorkerEndingKind.Replaced, verdict.Reason));
        }
    }

    private void Fail(WorkerException error)
    {
        if (TryEnd(new WorkerEnding(WorkerEndingKind.Stopped, error.Message), error))
        {
            WorkerLog.Failing(_logger, error.InnerException, _options.Name, error.Error, error.Message);
            _ = _ends.CancelAsync();
        }
    }

    private void End(WorkerEnding ending)
    {
        if (TryEnd(ending, null))
        {
            WorkerLog.Ending(_logger, _options.Name, ending.Reason);
            _ = _ends.CancelAsync();
        }
    }

    /// <summary>
    /// The first cause is the only one. A worker that was never started is over at once; one that was is not ready from here
    /// on, whatever a session that comes up just now says.
    /// </summary>
    private bool TryEnd(WorkerEnding ending, WorkerException? error)
    {
        bool started;
        lock (_gate)
        {
            if (_ending is not null)
            {
                return false;
            }

            _ending = ending;
            _error = error;
            started = _started;
        }

        if (started)
        {
            _states.Drain();
        }
        else
        {
            Complete();
        }

        return started;
    }
}
