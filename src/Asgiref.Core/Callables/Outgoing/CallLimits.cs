using System.Collections.Concurrent;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>
/// The sources of cancellation that limit the time of calls, used again and again: nearly all calls end before their time,
/// and a source with its timer and registration is a good part of what a call allocates. Safe for concurrent use.
/// </summary>
/// <param name="clock">Measures the time. Only sources on the system's clock can be used again.</param>
internal sealed class CallLimits(TimeProvider clock)
{
    private const int MostKept = 256;
    private readonly ConcurrentQueue<CancellationTokenSource> _kept = new();
    private int _count;

    /// <summary>A source that fires after a time, unless it is given back before.</summary>
    public CancellationTokenSource Start(TimeSpan time)
    {
        if (!_kept.TryDequeue(out var source))
        {
            return new CancellationTokenSource(time, clock);
        }

        Interlocked.Decrement(ref _count);
        source.CancelAfter(time);
        return source;
    }

    /// <summary>Nobody looks at the source's token any more.</summary>
    public void End(CancellationTokenSource source)
    {
        if (clock == TimeProvider.System && Volatile.Read(ref _count) < MostKept && source.TryReset())
        {
            Interlocked.Increment(ref _count);
            _kept.Enqueue(source);
        }
        else
        {
            source.Dispose();
        }
    }
}
