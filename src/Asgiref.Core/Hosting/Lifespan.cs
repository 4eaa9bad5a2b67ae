using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Hosting;

/// <summary>
/// Drives the lifespan protocol of one application: startup before anything listens, shutdown when no instance is
/// left (LIFE-01 to LIFE-21). It is no instance: it takes no place and is not counted as one.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle has nothing to dispose, and its token outlives us.")]
internal sealed class Lifespan(ApplicationDefinition application, HostingContext context)
{
    private readonly Dictionary<string, object?> _state = [];
    private readonly CancellationTokenSource _cancellation = new();
    private readonly LifespanAnswers _answers = new();
    private readonly TaskCompletionSource _stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task? _running;
    private bool _startupGiven;
    private bool _shutdownGiven;

    /// <summary>What startup left for the requests; null unless the application has completed its startup (LIFE-05).</summary>
    public IReadOnlyDictionary<string, object?>? State { get; private set; }

    /// <summary>Starts the application and waits until it is ready, or is seen not to support lifespan.</summary>
    /// <exception cref="LifespanFailedException">The application cannot start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (application.Lifespan == LifespanMode.Off)
        {
            return;
        }

        // On a pool thread of its own: a startup that blocks is still bounded by the time limit.
        _running = Task.Run(RunAsync, CancellationToken.None);
        var limit = context.Limits.LifespanStartupTime;
        try
        {
            await Task.WhenAny(_answers.Startup, _running).WaitAsync(limit, context.Clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            context.Reached(HostingLimit.LifespanStartupTime);
            _ = _cancellation.CancelAsync();
            throw new LifespanFailedException(
                $"Application {application.Name} has not answered lifespan.startup within {limit.TotalSeconds:0.###} s, its limit.");
        }
        catch (OperationCanceledException)
        {
            _ = _cancellation.CancelAsync();
            throw;
        }

        if (!_answers.Startup.IsCompleted)
        {
            NotSupported(_running.Exception?.InnerException);
        }
        else if (await _answers.Startup.ConfigureAwait(false) is { } failure)
        {
            throw new LifespanFailedException($"Application {application.Name} failed to start: {failure}");
        }
        else
        {
            // What startup left, and no longer the dictionary that the application may still be writing to.
            State = new Dictionary<string, object?>(_state);
            context.LifespanStarted(application.Name);
        }
    }

    /// <summary>Tells a started application to clean up, and waits for it within the limit. Never throws.</summary>
    public async Task StopAsync()
    {
        if (State is null || _running is null || _running.IsCompleted)
        {
            return;
        }

        _stopping.TrySetResult();
        var limit = context.Limits.LifespanShutdownTime;
        try
        {
            await Task.WhenAny(_running, _answers.Shutdown).WaitAsync(limit, context.Clock).ConfigureAwait(false);
            if (_answers.Shutdown.IsCompleted && await _answers.Shutdown.ConfigureAwait(false) is { } failure)
            {
                context.LifespanShutdownFailed(application.Name, failure);
            }

            await Task.WhenAny(_running).WaitAsync(context.Limits.CancellationTime, context.Clock).ConfigureAwait(false);
        }
        catch (TimeoutException) when (_answers.Shutdown.IsCompleted)
        {
            context.LifespanStillRunning(application.Name, context.Limits.CancellationTime);
        }
        catch (TimeoutException)
        {
            context.Reached(HostingLimit.LifespanShutdownTime);
            context.LifespanShutdownTimedOut(application.Name, limit);
        }

        _ = _cancellation.CancelAsync();
    }

    private async Task RunAsync()
    {
        InstanceContext.Begin(_cancellation.Token);
        var scope = new LifespanScope { Asgi = LifespanAnswers.Versions, State = _state };
        try
        {
            await application.Callable(scope, ReceiveAsync, SendAsync).ConfigureAwait(false);
        }
        catch (Exception raised) when (_answers.Startup.IsCompleted)
        {
            if (!_cancellation.IsCancellationRequested)
            {
                context.LifespanRaised(raised, application.Name);
            }
        }
    }

    private async ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (!_startupGiven)
            {
                _startupGiven = true;
                return LifespanStartupEvent.Instance;
            }
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(_cancellation.Token, cancellationToken);
        await _stopping.Task.WaitAsync(either.Token).ConfigureAwait(false);
        lock (_gate)
        {
            if (!_shutdownGiven)
            {
                _shutdownGiven = true;
                return LifespanShutdownEvent.Instance;
            }
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(false);
        throw new OperationCanceledException(either.Token);
    }

    private ValueTask SendAsync(AsgiEvent message, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            try
            {
                _answers.Take(message);
            }
            catch (InvalidAsgiEventException invalid)
            {
                return ValueTask.FromException(invalid);
            }
        }

        return ValueTask.CompletedTask;
    }

    private void NotSupported(Exception? raised)
    {
        var seen = raised is null ? "it returned without an answer" : $"it raised {raised.GetType().Name}: {raised.Message}";
        if (application.Lifespan == LifespanMode.On)
        {
            throw new LifespanFailedException($"Application {application.Name} has Lifespan \"on\" and did not start: {seen}", raised);
        }

        context.LifespanNotSupported(application.Name, seen);
    }
}
