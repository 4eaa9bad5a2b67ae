using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Mapping;
using Bridge.Server.Metrics;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Workers.Serving;

/// <summary>
/// The lifespan of an application behind a call of <c>Serve</c>: an instance of its own, beside the others. What the worker
/// says comes in order from one reader; the waits are other tasks.
/// </summary>
internal sealed class ServeLifespan(ServeContext shared, string call, string application, ServeWriter<V1.ApplicationServiceServeResponse> writer)
{
    /// <summary>The number of its instance: the first one.</summary>
    public const ulong Number = 1;

    private static readonly LifespanScope Scope = new() { Asgi = new AsgiVersions(AsgiVersions.Current, "2.0") };

    private readonly SendRules _rules = SendRules.For(Scope);
    private readonly TaskCompletionSource<string?> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string?> _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string?> _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the application has returned; what comes for it then is late.</summary>
    public bool HasReturned => _returned.Task.IsCompleted;

    /// <summary>Starts the application and waits until it is ready, or is seen not to support lifespan.</summary>
    /// <returns>The end of the call; null when it may take instances.</returns>
    public async Task<Status?> StartAsync(CancellationToken stop)
    {
        _ = writer.WriteAsync(new() { Instance = Number, Start = new() { Scope = ScopeMapping.ToMessage(Scope) } }, hold: true);
        _ = WriteAsync(LifespanStartupEvent.Instance);
        var limit = shared.Limits.LifespanStartupTime;
        try
        {
            await Task.WhenAny(_started.Task, _returned.Task).WaitAsync(limit, shared.Clock, stop);
        }
        catch (TimeoutException)
        {
            shared.BridgeMetrics.Reached(Limit.LifespanStartupTime);
            return new Status(StatusCode.DeadlineExceeded, $"No answer to lifespan_startup within {limit}.");
        }

        if (!_started.Task.IsCompleted)
        {
            Log.LifespanNotSupported(shared.Logger, call, application, (await _returned.Task)!);
            return null;
        }

        return await _started.Task is { } failure
            ? new Status(StatusCode.FailedPrecondition, $"Application {application} failed to start: {failure}")
            : null;
    }

    /// <summary>Takes an event of the application.</summary>
    /// <exception cref="InvalidAsgiEventException">It breaks the rules.</exception>
    public void Take(V1.SendEvent message)
    {
        var taken = EventMapping.FromMessage(message);
        if (_rules.Take(taken) == SendVerdict.Ignore)
        {
            return;
        }

        switch (taken)
        {
            case LifespanStartupCompleteEvent:
                _started.TrySetResult(null);
                break;
            case LifespanStartupFailedEvent failed:
                _started.TrySetResult(failed.MessageOrDefault);
                break;
            case LifespanShutdownCompleteEvent:
                _stopped.TrySetResult(null);
                break;
            case LifespanShutdownFailedEvent failed:
                _stopped.TrySetResult(failed.MessageOrDefault);
                break;
        }
    }

    /// <summary>The application has returned.</summary>
    /// <param name="failure">What it raised; null if nothing.</param>
    public void Return(string? failure) =>
        _returned.TrySetResult(failure is null ? "it finished without an answer" : $"it failed: {failure}");

    /// <summary>Tells a started application to clean up, and waits for its answer within the limit.</summary>
    public async Task StopAsync(CancellationToken stop)
    {
        if (HasReturned || !_started.Task.IsCompleted)
        {
            return;
        }

        _ = WriteAsync(LifespanShutdownEvent.Instance);
        var limit = shared.Limits.LifespanShutdownTime;
        try
        {
            await Task.WhenAny(_stopped.Task, _returned.Task).WaitAsync(limit, shared.Clock, stop);
        }
        catch (TimeoutException)
        {
            shared.BridgeMetrics.Reached(Limit.LifespanShutdownTime);
            Log.ShutdownFailed(shared.Logger, call, application, $"no answer within {limit}");
        }

        if (_stopped.Task.IsCompleted && await _stopped.Task is { } failure)
        {
            Log.ShutdownFailed(shared.Logger, call, application, failure);
        }
    }

    private Task WriteAsync(AsgiEvent message) =>
        writer.WriteAsync(new() { Instance = Number, Event = EventMapping.ToReceiveMessage(message) });
}
