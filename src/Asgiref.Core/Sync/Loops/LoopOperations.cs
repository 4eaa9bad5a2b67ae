using System.Diagnostics.CodeAnalysis;

namespace Asgiref.Core.Sync.Loops;

/// <summary>What was started under an <see cref="EventLoop"/> and has not ended: the loop cancels it and waits for it (A2S-20).</summary>
/// <remarks>Safe for concurrent use.</remarks>
[SuppressMessage(
    "Design",
    "CA1001:Types that own disposable fields should be disposable",
    Justification = "Tasks that outlive the loop may still look at the token; without a timer the source holds nothing.")]
internal sealed class LoopOperations(EventLoop loop)
{
    private readonly CancellationTokenSource _lifetime = new();
    private readonly Lock _gate = new();
    private int _running;
    private ITimer? _limit;
    private bool _givenUp;

    /// <summary>Fires when the loop is to end.</summary>
    public CancellationToken Lifetime => _lifetime.Token;

    public void Start()
    {
        lock (_gate)
        {
            _running++;
        }
    }

    public void End()
    {
        bool last;
        lock (_gate)
        {
            last = --_running == 0;
        }

        if (last)
        {
            loop.Wake();
        }
    }

    /// <summary>Asked by the ending loop, under its lock, whenever it has nothing to run.</summary>
    /// <returns>True if nothing runs any more, or has run for too long.</returns>
    public bool TryEnd(TimeSpan limit, TimeProvider clock)
    {
        lock (_gate)
        {
            if (_running == 0 || _givenUp)
            {
                _limit?.Dispose();
                return true;
            }

            if (_limit is null)
            {
                _limit = clock.CreateTimer(
                    static operations => ((LoopOperations)operations!).GiveUp(), this, limit, Timeout.InfiniteTimeSpan);
                // Queued, because what listens to the token may run at once and must not run under the loop's lock.
                loop.Post(static lifetime => ((CancellationTokenSource)lifetime!).Cancel(), _lifetime);
            }

            return false;
        }
    }

    private void GiveUp()
    {
        lock (_gate)
        {
            _givenUp = true;
        }

        loop.Wake();
    }
}
