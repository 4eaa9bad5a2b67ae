using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
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

    private static readonly LifespanScope Scope = new() { Asgi = LifespanAnswers.Versions };

    private readonly LifespanAnswers _answers = new();
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
            await Task.WhenAny(_answers.Startup, _returned.Task).WaitAsync(limit, shared.Clock, stop);
        }
        catch (TimeoutException)
        {
            shared.BridgeMetrics.Reached(Limit.LifespanStartupTime);
            return new Status(StatusCode.DeadlineExceeded, $"No answer to lifespan_startup within {limit}.");
        }

        if (!_answers.Startup.IsCompleted)
        {
            Log.LifespanNotSupported(shared.Logger, call, application, (await _returned.Task)!);
            return null;
        }

        return await _answers.Startup is { } failure
            ? new Status(StatusCode.FailedPrecondition, $"Application {application} failed to start: {failure}")
            : null;
    }

    /// <summary>Takes an event of the application.</summary>
    /// <exception cref="InvalidAsgiEventException">It breaks the rules.</exception>
    public void Take(V1.SendEvent message) => _answers.Take(EventMapping.FromMessage(message));

    /// <summary>The application has returned.</summary>
    /// <param name="failure">What it raised; null if nothing.</param>
    public void Return(string? failure) =>
        _returned.TrySetResult(failure is null ? "it finished without an answer" : $"it failed: {failure}");

    /// <summary>Tells a started application to clean up, and waits for its answer within the limit.</summary>
    public async Task StopAsync(CancellationToken stop)
    {
        if (HasReturned || !_answers.Startup.IsCompleted)
        {
            return;
        }

        _ = WriteAsync(LifespanShutdownEvent.Instance);
        var limit = shared.Limits.LifespanShutdownTime;
        try
        {
            await Task.WhenAny(_answers.Shutdown, _returned.Task).WaitAsync(limit, shared.Clock, stop);
        }
        catch (TimeoutException)
        {
            shared.BridgeMetrics.Reached(Limit.LifespanShutdownTime);
            Log.ShutdownFailed(shared.Logger, call, application, $"no answer within {limit}");
        }

        if (_answers.Shutdown.IsCompleted && await _answers.Shutdown is { } failure)
        {
            Log.ShutdownFailed(shared.Logger, call, application, failure);
        }
    }

    private Task WriteAsync(AsgiEvent message) =>
        writer.WriteAsync(new() { Instance = Number, Event = EventMapping.ToReceiveMessage(message) });
}
