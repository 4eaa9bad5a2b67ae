namespace Bridge.Testing;

/// <summary>
/// Names the checklist items that a test shows. docs/conformance.md is checked against these attributes,
/// so an id belongs here only if the test fails when the behaviour breaks.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class CoversAttribute(params string[] ids) : Attribute
{
    public IReadOnlyList<string> Ids { get; } = ids;
}
