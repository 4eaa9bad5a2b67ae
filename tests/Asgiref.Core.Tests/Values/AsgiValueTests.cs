using Asgiref.Core.Values;

namespace Asgiref.Core.Tests.Values;

public sealed class AsgiValueTests
{
    [Fact]
    [Covers("CORE-17", "PB-05")]
    public void A_value_is_one_of_eight_kinds()
    {
        var kinds = typeof(AsgiValue).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(AsgiValue))).Select(type => type.Name);
        Assert.Equal(
            ["BoolValue", "BytesValue", "DoubleValue", "Int64Value", "ListValue", "MapValue", "NullValue", "TextValue"],
            kinds.Order(StringComparer.Ordinal));
        Assert.Empty(typeof(AsgiValue).GetConstructors());
    }

    [Fact]
    [Covers("CORE-17")]
    public void Dotnet_values_become_the_kind_they_are()
    {
        Assert.Equal(new AsgiValue.BoolValue(true), (AsgiValue)true);
        Assert.Equal(new AsgiValue.Int64Value(long.MinValue), (AsgiValue)long.MinValue);
        Assert.Equal(new AsgiValue.Int64Value(long.MaxValue), (AsgiValue)long.MaxValue);
        Assert.Equal(new AsgiValue.DoubleValue(0.5), (AsgiValue)0.5);
        Assert.Equal(new AsgiValue.TextValue("text"), (AsgiValue)"text");
        Assert.Equal(new AsgiValue.BytesValue(new byte[] { 1, 2 }), (AsgiValue)new byte[] { 1, 2 });
        Assert.Equal(new AsgiValue.NullValue(), AsgiValue.None);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [Covers("CORE-17", "PB-05")]
    public void A_double_is_finite(double value) => Assert.Throws<ArgumentException>(() => (AsgiValue)value);

    [Theory]
    [InlineData(0, '\ud800')]
    [InlineData(1, 'a', '\udc80')]
    [InlineData(2, '\ud83d', '\ude00', '\ud83d')]
    [InlineData(0, '\ude00', '\ud83d')]
    [Covers("PB-02")]
    public void Text_with_half_a_surrogate_pair_is_refused_with_its_place(int index, params char[] characters)
    {
        // Characters, because a text in an attribute is kept as UTF-8.
        var text = new string(characters);
        Assert.Contains($"index {index}", Assert.Throws<ArgumentException>(() => (AsgiValue)text).Message);
        Assert.Throws<ArgumentException>(() => AsgiValueMap.Create(new KeyValuePair<string, AsgiValue>(text, true)));
        Assert.Throws<ArgumentException>(() => AsgiValueMap.Empty.With(text, true));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\ud83d\ude00")]
    [InlineData("a\ue000\uffff\ud83d\ude00é")]
    public void Text_with_a_utf8_form_is_taken(string text) => Assert.Equal(text, new AsgiValue.TextValue(text).Value);

    [Fact]
    [Covers("CORE-21")]
    public void Text_and_bytes_are_never_equal() => Assert.NotEqual<AsgiValue>("ab", "ab"u8.ToArray());

    [Fact]
    public void Equality_is_by_content_through_lists_and_maps()
    {
        Assert.Equal(Nested(), Nested());
        Assert.Equal(Nested().GetHashCode(), Nested().GetHashCode());
        Assert.NotEqual(Nested(), Nested(last: 4));

        static AsgiValue Nested(long last = 3) => new AsgiValue.MapValue(
        [
            new("list", new AsgiValue.ListValue([1, "two", new byte[] { 3 }, AsgiValue.None])),
            new("map", new AsgiValue.MapValue([new("last", last)])),
        ]);
    }

    [Fact]
    public void A_list_is_a_copy_of_what_it_was_made_of()
    {
        var items = new List<AsgiValue> { 1 };
        var value = new AsgiValue.ListValue(items);
        items.Add(2);
        Assert.Single(value.Items);
    }
}
