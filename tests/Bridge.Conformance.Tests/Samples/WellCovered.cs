namespace Bridge.Conformance.Tests.Samples;

/// <summary>What the audit's own tests look at: tests with right attributes.</summary>
public sealed class WellCovered
{
    [Fact]
    [Covers("HTTP-12")]
    public void It_works() => Assert.Equal("HTTP-12", Assert.Single(typeof(WellCovered).GetMethod(nameof(It_works))!
        .GetCustomAttributes(inherit: false).OfType<CoversAttribute>()).Ids[0]);

    [Fact]
    public void It_shows_nothing() => Assert.NotEmpty(nameof(WellCovered));
}
