using Asgiref.Core.Values;

namespace Asgiref.Core.Tests.Values;

public sealed class AsgiValueMapTests
{
    [Fact]
    public void Equality_does_not_look_at_the_order_of_keys()
    {
        AsgiValueMap one = [new("a", 1), new("b", 2)];
        AsgiValueMap other = [new("b", 2), new("a", 1)];
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, other.With("b", 3));
        Assert.NotEqual(one, other.With("c", 3));
    }

    [Fact]
    [Covers("CORE-26")]
    public void Adding_an_entry_makes_a_copy()
    {
        AsgiValueMap original = [new("a", 1)];
        var changed = original.With("a", 2).With("b", 3);
        Assert.Equal(1, Assert.IsType<AsgiValue.Int64Value>(original["a"]).Value);
        Assert.Equal(2, changed.Count);
        Assert.Single(original);
    }

    [Fact]
    public void Of_entries_with_the_same_key_the_last_one_stays()
    {
        AsgiValueMap map = [new("a", 1), new("a", 2)];
        Assert.Equal((AsgiValue)2, Assert.Single(map).Value);
    }

    [Fact]
    public void Keys_differ_by_case()
    {
        AsgiValueMap map = [new("a", 1), new("A", 2)];
        Assert.Equal(2, map.Count);
        Assert.False(map.ContainsKey("b"));
        Assert.True(map.TryGetValue("A", out var value));
        Assert.Equal((AsgiValue)2, value);
    }
}
