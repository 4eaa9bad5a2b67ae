using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Tests.Callables;

public class CallerLeavingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_watch_is_told_once_whether_the_caller_leaves_before_or_after(bool before)
    {
        var leaving = new CallerLeaving();
        var watch = new Watch();
        Assert.False(leaving.HasLeft);
        if (before)
        {
            leaving.Leave();
        }

        leaving.Watch(watch);
        leaving.Leave();
        Assert.True(leaving.HasLeft);
        Assert.Equal(1, watch.Told);
    }

    [Fact]
    public void A_watch_that_is_taken_back_is_not_told()
    {
        var leaving = new CallerLeaving();
        var watch = new Watch();
        leaving.Watch(watch);
        leaving.Watch(null);
        leaving.Leave();
        Assert.Equal(0, watch.Told);
    }

    [Fact]
    public async Task A_leaving_and_a_watch_that_meet_find_each_other_once()
    {
        for (var round = 0; round < 1000; round++)
        {
            var meeting = new Meeting();
            await Task.WhenAll(Task.Run(() => meeting.Leaving.Leave()), Task.Run(() => meeting.Leaving.Watch(meeting.Watch))).WithDeadline();
            Assert.Equal(1, meeting.Watch.Told);
        }
    }

    private sealed class Meeting
    {
        public CallerLeaving Leaving;

        public Watch Watch { get; } = new();
    }

    private sealed class Watch : ICallerWatch
    {
        private int _told;

        public int Told => Volatile.Read(ref _told);

        public void CallerLeft() => Interlocked.Increment(ref _told);
    }
}
