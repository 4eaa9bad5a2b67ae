using Grpc.Core;

namespace Grpc.Contracts.Tests.Types;

public class MetadataTests
{
    [Fact]
    public void A_key_is_kept_in_lower_case()
    {
        var metadata = new Metadata { { "X-Key", "value" } };

        Assert.Equal("x-key", metadata[0].Key);
        Assert.Equal("value", metadata.GetValue("x-key"));
    }

    [Fact]
    public void The_last_entry_of_a_key_wins_and_all_are_kept_in_order()
    {
        var metadata = new Metadata { { "a", "1" }, { "b", "2" }, { "a", "3" } };

        Assert.Equal("3", metadata.GetValue("a"));
        Assert.Equal("3", metadata.Get("a")!.Value);
        Assert.Equal(["1", "3"], metadata.GetAll("a").Select(entry => entry.Value));
        Assert.Equal(["a", "b", "a"], metadata.Select(entry => entry.Key));
    }

    [Fact]
    public void A_key_that_is_not_there_gives_null()
    {
        var metadata = new Metadata();

        Assert.Null(metadata.Get("a"));
        Assert.Null(metadata.GetValue("a"));
        Assert.Null(metadata.GetValueBytes("a"));
        Assert.Empty(metadata.GetAll("a"));
    }

    [Fact]
    public void Bytes_are_copied_in_and_out()
    {
        byte[] bytes = [1, 2];
        var entry = new Metadata.Entry("a" + Metadata.BinaryHeaderSuffix, bytes);

        bytes[0] = 9;
        entry.ValueBytes[1] = 9;

        Assert.True(entry.IsBinary);
        Assert.Equal([1, 2], entry.ValueBytes);
        Assert.Throws<InvalidOperationException>(() => entry.Value);
    }

    [Fact]
    public void A_text_has_ascii_bytes()
    {
        var entry = new Metadata.Entry("a", "text");

        Assert.False(entry.IsBinary);
        Assert.Equal("text"u8.ToArray(), entry.ValueBytes);
    }

    [Fact]
    public void The_suffix_of_the_key_and_the_kind_of_value_must_agree()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("a", [1]));
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a:b")]
    [InlineData("ä")]
    public void A_key_with_a_wrong_character_is_refused(string key)
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry(key, "text"));
    }

    [Fact]
    public void It_is_a_list()
    {
        var (a, b, c) = (new Metadata.Entry("a", "1"), new Metadata.Entry("b", "2"), new Metadata.Entry("c", "3"));
        var metadata = new Metadata { a, c };

        metadata.Insert(1, b);
        Assert.Equal([a, b, c], metadata);
        Assert.Equal(1, metadata.IndexOf(b));
        Assert.True(metadata.Remove(a));
        metadata.RemoveAt(0);
        metadata[0] = a;
        Assert.Contains(a, metadata);
        var copy = new Metadata.Entry[1];
        metadata.CopyTo(copy, 0);
        Assert.Equal([a], copy);
        metadata.Clear();
        Assert.Empty(metadata);
        Assert.False(metadata.IsReadOnly);
    }

    [Fact]
    public void The_shared_empty_metadata_can_not_be_changed()
    {
        Assert.True(Metadata.Empty.IsReadOnly);
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "1"));
    }
}
