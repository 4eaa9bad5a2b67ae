using Asgiref.Core.Values;

namespace Asgiref.Core.Tests.Values;

public class AsgiTextTests
{
    [Theory]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc")]
    [InlineData("ab\u20ac", 4, "ab")]
    [InlineData("ab\u20ac", 5, "ab\u20ac")]
    [InlineData("\U0001F600\U0001F600", 7, "\U0001F600")]
    public void Cut_keeps_whole_characters(string text, int bytes, string cut) => Assert.Equal(cut, AsgiText.Cut(text, bytes));

    // Not as a theory: its data would cross as UTF-8.
    [Fact]
    public void Half_of_a_surrogate_pair_is_replaced() => Assert.Equal("a\ufffd", AsgiText.Cut("a\ud800", 100));
}
