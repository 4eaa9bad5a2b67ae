using System.Text.Json;

namespace Asgiref.Core.Callables;

/// <summary>The limits of a <see cref="CallableRegistry"/>. Checked when the registry is made. Immutable.</summary>
public sealed record CallableOptions
{
    /// <summary>The highest <see cref="CallDepth"/>: a path of more calls fits no frame of a session (docs/protocol.md).</summary>
    public const int MaxCallDepth = 128;

    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(24);

    /// <summary>The clock of all times here. Default <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// How long a call into another process may take that sets no time of its own and is not made from within another such
    /// call, whose time it shares then. Default 60 s; above zero to 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    public TimeSpan CallTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long beyond its time a call is waited for, so that the other process can say what it waited for. Default 1 s; zero
    /// to 24 days.
    /// </summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How many calls may be made from within one another across processes, the first included; checked where a call is made
    /// and where it arrives: the next one is refused as too deep. Unit: calls; default 64; 1 to <see cref="MaxCallDepth"/>.
    /// </summary>
    public int CallDepth { get; init; } = 64;

    /// <summary>
    /// The size of the context bag's values that go with a call, and of the changes that come back, as they would be encoded;
    /// estimated, without encoding them. Unit: bytes; default 65,536; zero or more.
    /// </summary>
    public int ContextValues { get; init; } = 64 * 1024;

    /// <summary>
    /// How many thread-sensitive contexts of other processes may have a place here; a call that needs one more is refused.
    /// Unit: contexts; default 1,000; 1 or more.
    /// </summary>
    public int ThreadContexts { get; init; } = 1_000;

    /// <summary>
    /// How long such a context keeps its thread without a call. Default 5 min; above zero to 24 days.
    /// </summary>
    public TimeSpan ThreadContextIdleTime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Whether a caller in another process is told the stack of an exception. Default false: its type, message and causes only.</summary>
    public bool DetailedErrors { get; init; }

    /// <summary>How values are written as JSON and read. Default <see cref="JsonSerializerOptions.Web"/>.</summary>
    public JsonSerializerOptions Json { get; init; } = JsonSerializerOptions.Web;

    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    internal CallableOptions Validated()
    {
        ArgumentNullException.ThrowIfNull(TimeProvider, nameof(TimeProvider));
        ArgumentNullException.ThrowIfNull(Json, nameof(Json));
        ThrowIfNoCallTime(CallTime, nameof(CallTime));
        ThrowIfOutside(AnswerTime, TimeSpan.Zero, nameof(AnswerTime));
        ArgumentOutOfRangeException.ThrowIfLessThan(CallDepth, 1, nameof(CallDepth));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(CallDepth, MaxCallDepth, nameof(CallDepth));
        ArgumentOutOfRangeException.ThrowIfNegative(ContextValues, nameof(ContextValues));
        ArgumentOutOfRangeException.ThrowIfLessThan(ThreadContexts, 1, nameof(ThreadContexts));
        ThrowIfOutside(ThreadContextIdleTime, TimeSpan.FromTicks(1), nameof(ThreadContextIdleTime));
        return this;
    }

    /// <exception cref="ArgumentOutOfRangeException">It is no time that a call may have.</exception>
    internal static void ThrowIfNoCallTime(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan)
        {
            ThrowIfOutside(time, TimeSpan.FromTicks(1), name);
        }
    }

    private static void ThrowIfOutside(TimeSpan time, TimeSpan least, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(time, LongestTime, name);
    }
}
