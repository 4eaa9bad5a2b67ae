namespace Bridge.Server.Tests.Http;

/// <summary>A clock that lets a test do something at the moment when the code under test next asks it for a timestamp.</summary>
internal sealed class InterruptingClock(FakeClock clock) : TimeProvider
{
    private Action? _interruption;

    public override long TimestampFrequency => clock.TimestampFrequency;

    /// <summary>Runs once, on the asking thread, before the answer.</summary>
    public void BeforeNextTimestamp(Action interruption) => Volatile.Write(ref _interruption, interruption);

    public override long GetTimestamp()
    {
        Interlocked.Exchange(ref _interruption, null)?.Invoke();
        return clock.GetTimestamp();
    }

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        clock.CreateTimer(callback, state, dueTime, period);
}
