namespace Bridge.Conformance.Tests.Samples;

/// <summary>A method that a row may name by mistake.</summary>
internal static class Helper
{
    public static string Help() => nameof(Helper);
}
