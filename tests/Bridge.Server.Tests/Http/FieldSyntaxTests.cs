using Bridge.Server.Http;
using Microsoft.AspNetCore.Http;

namespace Bridge.Server.Tests.Http;

public sealed class FieldSyntaxTests
{
    [Theory]
    [InlineData("x-name", "a value")]
    [InlineData("X-Name_1.~", "tab\tand ÿ are legal")]
    [InlineData("x", "")]
    public void A_token_with_printable_bytes_is_valid(string name, string value) =>
        Assert.True(FieldSyntax.IsValid(new HeaderDictionary { [name] = value }));

    [Theory]
    [InlineData("x\u0002", "control character in the name")]
    [InlineData("x y", "space in the name")]
    [InlineData("xé", "letter above ASCII in the name")]
    [InlineData("x", "control \u0001 character")]
    [InlineData("x", "delete \u007f")]
    public void Anything_else_is_not(string name, string value) =>
        Assert.False(FieldSyntax.IsValid(new HeaderDictionary { ["host"] = "here", [name] = value }));
}
