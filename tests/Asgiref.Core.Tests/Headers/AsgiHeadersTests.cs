using Asgiref.Core.Headers;

namespace Asgiref.Core.Tests.Headers;

public sealed class AsgiHeadersTests
{
    [Fact]
    [Covers("HTTP-04", "HTTP-21", "HTTP-36")]
    public void Fields_keep_their_order_and_repeats()
    {
        var headers = AsgiHeaders.Of(("b", "1"), ("a", "2"), ("b", "1"), ("b", "0"));
        Assert.Equal(["b: 1", "a: 2", "b: 1", "b: 0"], headers.Select(field => field.ToString()));
        Assert.Equal(["1", "1", "0"], headers.GetTexts("b"));
    }

    [Fact]
    [Covers("HTTP-04")]
    public void Every_byte_survives_as_latin1_text()
    {
        var bytes = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();
        var field = new AsgiHeader("x"u8.ToArray(), bytes);
        Assert.Equal(bytes, new AsgiHeader("x", field.ValueText).Value.ToArray());
    }

    [Fact]
    [Covers("CORE-21")]
    public void Text_above_latin1_is_refused_with_its_place()
    {
        Assert.Contains("index 2", Assert.Throws<ArgumentException>(() => new AsgiHeader("x", "ab€")).Message);
        Assert.Throws<ArgumentException>(() => AsgiHeaders.Of(("€", "")));
    }

    [Theory]
    [InlineData("content-length", true)]
    [InlineData("Content-LENGTH", true)]
    [InlineData("content-lengths", false)]
    [InlineData("", false)]
    public void A_name_is_found_whatever_its_case(string name, bool found)
    {
        Assert.Equal(found, new AsgiHeader(name, "5").IsNamed("content-length"u8));
        Assert.Equal(found, AsgiHeaders.Of((name, "5")).TryGetText("CONTENT-length", out var value));
        Assert.Equal(found ? "5" : null, value);
    }

    [Fact]
    public void Equality_is_by_content_and_order()
    {
        Assert.Equal(AsgiHeaders.Of(("a", "1"), ("b", "2")), [new("a", "1"), new("b", "2")]);
        Assert.Equal(AsgiHeaders.Of(("a", "1")).GetHashCode(), AsgiHeaders.Of(("a", "1")).GetHashCode());
        Assert.NotEqual(AsgiHeaders.Of(("a", "1"), ("b", "2")), AsgiHeaders.Of(("b", "2"), ("a", "1")));
        Assert.NotEqual(AsgiHeaders.Of(("a", "1")), AsgiHeaders.Of(("A", "1")));
    }

    [Fact]
    public void A_list_of_no_fields_is_the_empty_list()
    {
        Assert.Same(AsgiHeaders.Empty, AsgiHeaders.Create());
        Assert.Same(AsgiHeaders.Empty, AsgiHeaders.Wrap([]));
        Assert.Same(AsgiHeaders.Empty, AsgiHeaders.Of());
    }

    [Fact]
    public void A_created_list_is_a_copy_of_what_it_was_made_of()
    {
        AsgiHeader[] fields = [new("a", "1")];
        var headers = AsgiHeaders.Create(fields);
        fields[0] = new AsgiHeader("b", "2");
        Assert.Equal("a", headers[0].NameText);
    }
}
