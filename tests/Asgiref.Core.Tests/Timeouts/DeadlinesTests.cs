using System.Runtime.CompilerServices;
using Asgiref.Core.Timeouts;

namespace Asgiref.Core.Tests.Timeouts;

public sealed class DeadlinesTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeClock _clock = new();
    private readonly List<string> _passed = [];
    private readonly Deadlines _deadlines;

    public DeadlinesTests() => _deadlines = new Deadlines(_clock);

    [Fact]
    public void A_limit_that_has_passed_is_told_once_and_not_before()
    {
        Add("a", 3 * Second);
        _clock.Advance(3 * Second - TimeSpan.FromTicks(1));
        Assert.Empty(_passed);
        _clock.Advance(TimeSpan.FromTicks(1));
        _clock.Advance(60 * Second);
        Assert.Equal(["a at 3"], _passed);
        Assert.Equal(0, _clock.ArmedTimers);
    }

    [Fact]
    public void Limits_pass_each_at_its_time_in_whatever_order_they_were_added()
    {
        Add("long", 5 * Second);
        Add("short", 2 * Second);
        Add("longest", 9 * Second);
        Add("as long", 5 * Second);
        Assert.Equal(1, _clock.ArmedTimers);
        _clock.Advance(20 * Second);
        Assert.Equal(["short at 2", "long at 5", "as long at 5", "longest at 9"], _passed);
    }

    [Fact]
    public void A_limit_that_was_removed_is_not_told_and_the_others_are()
    {
        var (first, middle, last) = (Add("first", Second), Add("middle", Second), Add("last", 2 * Second));
        Assert.True(_deadlines.Remove(middle));
        Assert.False(_deadlines.Remove(middle));
        Assert.True(_deadlines.Remove(last));
        var other = Add("other", 3 * Second);
        _clock.Advance(Second);
        Assert.False(_deadlines.Remove(first));
        _clock.Advance(2 * Second);
        Assert.Equal(["first at 1", "other at 3"], _passed);
        Assert.False(_deadlines.Remove(other));
    }

    [Fact]
    public void Without_a_limit_nothing_stays_armed_longer_than_the_last_one()
    {
        Assert.Equal(0, _clock.ArmedTimers);
        for (var i = 0; i < 100; i++)
        {
            _deadlines.Remove(Add("met", Second));
        }

        Assert.Equal(1, _clock.ArmedTimers);
        _clock.Advance(Second);
        Assert.Equal((0, 0), (_clock.ArmedTimers, _passed.Count));
    }

    [Fact]
    public void The_time_counts_from_when_it_began()
    {
        var from = _clock.GetTimestamp();
        _clock.Advance(2 * Second);
        var entry = new Entry(this, "a");
        _deadlines.Add(entry, 5 * Second, from);
        _clock.Advance(3 * Second);
        Assert.Equal(["a at 5"], _passed);
    }

    [Fact]
    public void One_that_has_passed_may_be_added_again_also_while_it_is_told()
    {
        var entry = new Entry(this, "a");
        entry.Then = () =>
        {
            entry.Then = null;
            _deadlines.Add(entry, Second, _clock.GetTimestamp());
        };
        _deadlines.Add(entry, 2 * Second, _clock.GetTimestamp());
        _clock.Advance(10 * Second);
        Assert.Equal(["a at 2", "a at 3"], _passed);
    }

    [Fact]
    public void A_limit_beyond_what_a_timer_takes_passes_at_its_time_as_well()
    {
        Add("far", TimeSpan.FromDays(100));
        Add("never", TimeSpan.MaxValue);
        _clock.Advance(TimeSpan.FromDays(100) - Second);
        Assert.Empty(_passed);
        _clock.Advance(Second);
        Assert.Equal([$"far at {TimeSpan.FromDays(100).TotalSeconds}"], _passed);
        _clock.Advance(TimeSpan.FromDays(9_899));
        Assert.Single(_passed);
    }

    [Fact]
    public void One_that_was_removed_is_not_kept_alive()
    {
        var removed = AddAndRemove();
        GC.Collect();
        Assert.False(removed.IsAlive);
        GC.KeepAlive(_deadlines);

        [MethodImpl(MethodImplOptions.NoInlining)]
        WeakReference AddAndRemove()
        {
            // Between two others, so that they could refer to it.
            Add("before", Second);
            var entry = Add("removed", Second);
            Add("behind", Second);
            _deadlines.Remove(entry);
            return new WeakReference(entry);
        }
    }

    [Fact]
    public async Task On_the_clock_of_the_system_a_limit_passes_not_before_its_time_and_in_no_context()
    {
        var deadlines = new Deadlines(TimeProvider.System);
        var value = new AsyncLocal<string?> { Value = "of whoever is the first" };
        for (var i = 1; i <= 20; i++)
        {
            var time = TimeSpan.FromMicroseconds(i * 170);
            var passed = new TaskCompletionSource<(TimeSpan After, string? Value)>(TaskCreationOptions.RunContinuationsAsynchronously);
            var began = TimeProvider.System.GetTimestamp();
            deadlines.Add(
                new Entry(this, "") { Then = () => passed.SetResult((TimeProvider.System.GetElapsedTime(began), value.Value)) }, time, began);
            var (after, seen) = await passed.Task.WithDeadline();
            Assert.True(after >= time, $"{after} is before {time}");
            Assert.Null(seen);
        }
    }

    [Fact]
    public async Task Of_many_added_and_removed_at_the_same_time_each_is_either_removed_or_told()
    {
        var told = 0;
        var removed = 0;
        var adding = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            var mine = new Queue<WatchedDeadline>();
            for (var i = 0; i < 20_000; i++)
            {
                var entry = new Entry(null, "") { Then = () => Interlocked.Increment(ref told) };
                _deadlines.Add(entry, TimeSpan.FromMilliseconds(1 + (i % 7)), _clock.GetTimestamp());
                mine.Enqueue(entry);
                while (mine.Count > 5)
                {
                    Interlocked.Add(ref removed, _deadlines.Remove(mine.Dequeue()) ? 1 : 0);
                }
            }

            foreach (var entry in mine)
            {
                Interlocked.Add(ref removed, _deadlines.Remove(entry) ? 1 : 0);
            }
        })).ToArray();
        var all = Task.WhenAll(adding);
        while (!all.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        await all.WithDeadline();
        Assert.Equal(80_000, told + removed);
        Assert.True(told > 0 && removed > 0, $"{told} told, {removed} removed");
        _clock.Advance(Second);
        Assert.Equal(0, _clock.ArmedTimers);
    }

    private Entry Add(string name, TimeSpan time)
    {
        var entry = new Entry(this, name);
        _deadlines.Add(entry, time, _clock.GetTimestamp());
        return entry;
    }

    private sealed class Entry(DeadlinesTests? test, string name) : WatchedDeadline
    {
        private readonly DateTimeOffset _start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public Action? Then { get; set; }

        protected internal override void OnPassed()
        {
            test?._passed.Add($"{name} at {(test._clock.GetUtcNow() - _start).TotalSeconds}");
            Then?.Invoke();
        }
    }
}
