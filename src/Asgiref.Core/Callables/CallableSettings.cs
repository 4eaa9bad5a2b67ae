using Asgiref.Core.Sync;

namespace Asgiref.Core.Callables;

/// <summary>How one callable is run. Checked when it is registered. Immutable.</summary>
public sealed record CallableSettings
{
    /// <summary>Thread-sensitive, and as many calls at once as come.</summary>
    public static CallableSettings Default { get; } = new();

    /// <summary>On a pool, if it is synchronous.</summary>
    public static CallableSettings Pooled { get; } = new() { Run = SyncToAsyncOptions.Pooled };

    /// <summary>
    /// How a synchronous function is run, for calls from this process and from others alike. Default thread-sensitive. Its
    /// <see cref="SyncToAsyncOptions.Context"/> must be null: a callable sees the context of its caller. Ignored for others.
    /// </summary>
    public SyncToAsyncOptions Run { get; init; } = SyncToAsyncOptions.Default;

    /// <summary>
    /// How many calls of it from other processes may run or wait for their thread at once; the next is refused. Calls that
    /// come from one that runs here pass, because it waits for them. Unit: calls; default null: as many as come; else 1 or more.
    /// </summary>
    public int? MaxConcurrentCalls { get; init; }

    internal CallableSettings Validated()
    {
        ArgumentNullException.ThrowIfNull(Run, nameof(Run));
        Run.Validated();
        if (Run.Context is not null)
        {
            throw new ArgumentException($"{nameof(Run)}.{nameof(Run.Context)} must be null: a callable sees the context of its caller.");
        }

        if (MaxConcurrentCalls is { } calls)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(calls, 1, nameof(MaxConcurrentCalls));
        }

        return this;
    }
}
