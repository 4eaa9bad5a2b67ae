using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Tests.Sync;

public class TimerExtensionsTests
{
    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 1)]
    [InlineData(0.4, 1)]
    [InlineData(1, 1)]
    [InlineData(1.5, 1.5)]
    [InlineData(30_000, 30_000)]
    public void A_timer_is_armed_once_for_what_is_left_and_a_millisecond_at_least(double left, double armed)
    {
        var clock = new FakeClock();
        var calls = 0;
        using var timer = clock.CreateTimer(_ => calls++, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        timer.ChangeTo(TimeSpan.FromMilliseconds(left));

        clock.Advance(TimeSpan.FromMilliseconds(armed) - TimeSpan.FromTicks(1));
        Assert.Equal(0, calls);
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(1, calls);
        Assert.Equal(0, clock.ArmedTimers);
    }
}
