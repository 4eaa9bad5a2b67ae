using Asgiref.Core.Local;
using Asgiref.Core.Values;

namespace Asgiref.Core.Tests.Local;

public sealed class ContextBagTests
{
    public ContextBagTests() => ContextBag.Use(ContextBagSnapshot.Empty);

    [Fact]
    [Covers("CTX-14")]
    public async Task Awaited_code_shares_the_bag_and_a_fork_copies_it()
    {
        ContextBag.Set("user", "ann");
        await ChangeAsync("bob", fork: false);
        Assert.Equal("bob", Read("user"));
        await ChangeAsync("eve", fork: true);
        Assert.Equal("bob", Read("user"));

        static async Task ChangeAsync(string user, bool fork)
        {
            await Task.Yield();
            if (fork)
            {
                LocalFlow.Fork();
            }

            ContextBag.Set("user", user);
        }
    }

    [Fact]
    [Covers("CTX-05")]
    public void A_removal_is_carried_back()
    {
        ContextBag.Set("user", "ann");
        var before = ContextBag.Current;
        Assert.True(ContextBag.Remove("user"));
        Assert.False(ContextBag.Remove("user"));
        var delta = ContextBag.Current.ChangesSince(before);
        Assert.Equal(["user"], delta.Removed);

        ContextBag.Use(before);
        ContextBag.Apply(delta);
        Assert.False(ContextBag.TryGet("user", out _));
    }

    [Fact]
    [Covers("CTX-06")]
    public void Setting_an_equal_value_is_carried_back()
    {
        ContextBag.Set("user", "ann");
        var before = ContextBag.Current;
        ContextBag.Set("user", "ann");
        var delta = ContextBag.Current.ChangesSince(before);
        Assert.Equal([new("user", "ann")], delta.Set);
        Assert.False(delta.IsEmpty);
    }

    [Fact]
    public void Without_a_change_the_delta_is_empty()
    {
        ContextBag.Set("user", "ann");
        Assert.Same(ContextBagDelta.None, ContextBag.Current.ChangesSince(ContextBag.Current));
        Assert.True(ContextBagDelta.None.IsEmpty);
    }

    [Fact]
    public void A_snapshot_stays_as_it_was()
    {
        ContextBag.Set("user", "ann");
        var snapshot = ContextBag.Current;
        ContextBag.Set("user", "bob");
        ContextBag.Set("more", 1);
        Assert.Equal([new KeyValuePair<string, AsgiValue>("user", "ann")], snapshot);
        Assert.Equal((1, true, false), (snapshot.Count, snapshot.Contains("user"), snapshot.Contains("more")));
    }

    [Fact]
    public void Of_two_deltas_the_one_applied_last_wins_name_by_name()
    {
        var first = new ContextBagDelta([new("a", 1), new("b", 1)], ["c"]);
        var second = new ContextBagDelta([new("b", 2)], ["a"]);
        ContextBag.Use(ContextBagSnapshot.Create([new("c", 0), new("d", 0)]));
        ContextBag.Apply(first);
        ContextBag.Apply(second);
        Assert.Equal([new("b", 2), new("d", 0)], ContextBag.Current.OrderBy(entry => entry.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void What_a_callee_got_and_changed_comes_out_as_sets_and_removals()
    {
        var given = ContextBagSnapshot.Create([new("kept", 1), new("changed", 1), new("removed", 1)]);
        ContextBag.Use(given);
        ContextBag.Set("changed", 2);
        ContextBag.Set("new", 3);
        ContextBag.Remove("removed");
        var delta = ContextBag.Current.ChangesSince(given);
        Assert.Equal([new("changed", 2), new("new", 3)], delta.Set);
        Assert.Equal(["removed"], delta.Removed);
    }

    [Fact]
    public void A_name_that_cannot_cross_a_wire_is_refused() =>
        Assert.Throws<ArgumentException>(() => ContextBag.Set("\ud800", 1));

    [Fact]
    public void A_missing_argument_is_named_before_anything_is_changed()
    {
        ContextBag.Set("user", "ann");
        Assert.Throws<ArgumentNullException>("value", () => ContextBag.Set("user", null!));
        Assert.Throws<ArgumentNullException>("name", () => ContextBag.Set(null!, 1));
        Assert.Throws<ArgumentNullException>("name", () => ContextBag.Remove(null!));
        Assert.Throws<ArgumentNullException>("snapshot", () => ContextBag.Use(null!));
        Assert.Throws<ArgumentNullException>("delta", () => ContextBag.Apply(null!));
        Assert.Throws<ArgumentNullException>("earlier", () => ContextBag.Current.ChangesSince(null!));
        Assert.Equal([new("user", "ann")], ContextBag.Current);
    }

    private static AsgiValue Read(string name)
    {
        Assert.True(ContextBag.TryGet(name, out var value));
        return value;
    }
}
