using Asgiref.Core.Events;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Hosting;

/// <summary>
/// What an application answers to the lifespan events, wherever it runs; each task has the failure that it told, or null
/// for none. Takes one event at a time; the tasks may be awaited from anywhere.
/// </summary>
internal sealed class LifespanAnswers
{
    private readonly SendRules _rules = SendRules.For(new LifespanScope());
    private readonly TaskCompletionSource<string?> _startup = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string?> _shutdown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The versions that a lifespan scope names.</summary>
    public static AsgiVersions Versions { get; } = new(AsgiVersions.Current, "2.0");

    /// <summary>The answer to <c>lifespan.startup</c>.</summary>
    public Task<string?> Startup => _startup.Task;

    /// <summary>The answer to <c>lifespan.shutdown</c>.</summary>
    public Task<string?> Shutdown => _shutdown.Task;

    /// <summary>Takes an event of the application.</summary>
    /// <exception cref="InvalidAsgiEventException">It breaks the rules.</exception>
    public void Take(AsgiEvent message)
    {
        if (_rules.Take(message) == SendVerdict.Ignore)
        {
            return;
        }

        switch (message)
        {
            case LifespanStartupCompleteEvent:
                _startup.TrySetResult(null);
                break;
            case LifespanStartupFailedEvent failed:
                _startup.TrySetResult(failed.MessageOrDefault);
                break;
            case LifespanShutdownCompleteEvent:
                _shutdown.TrySetResult(null);
                break;
            case LifespanShutdownFailedEvent failed:
                _shutdown.TrySetResult(failed.MessageOrDefault);
                break;
        }
    }
}
