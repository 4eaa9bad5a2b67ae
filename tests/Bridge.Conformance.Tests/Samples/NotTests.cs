namespace Bridge.Conformance.Tests.Samples;

/// <summary>Attributes where no test is.</summary>
[Covers("HTTP-13")]
internal static class NotTests
{
    [Covers("HTTP-12")]
    public static string Help() => nameof(NotTests);
}
