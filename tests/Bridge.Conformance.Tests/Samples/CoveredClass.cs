namespace Bridge.Conformance.Tests.Samples;

/// <summary>Ids on the class and on the method.</summary>
[Covers("HTTP-12")]
public sealed class CoveredClass
{
    [Fact]
    [Covers("HTTP-14", "HTTP-12")]
    public void It_works() => Assert.True(typeof(CoveredClass).IsDefined(typeof(CoversAttribute), inherit: false));
}
