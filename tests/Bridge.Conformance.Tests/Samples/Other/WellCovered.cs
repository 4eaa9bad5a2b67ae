namespace Bridge.Conformance.Tests.Samples.Other;

/// <summary>A test with the same short name as another.</summary>
public sealed class WellCovered
{
    [Fact]
    public void It_works() => Assert.NotEqual(typeof(Samples.WellCovered), typeof(WellCovered));
}
