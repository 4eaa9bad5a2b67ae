namespace Bridge.Conformance.Tests;

/// <summary>
/// A test with its ids, as reflection found it. The name is class and method, with the namespace in front where two tests
/// would share the short one; the place (assembly and full name) is for messages.
/// </summary>
internal sealed record CoveringTest(string Name, string Place, IReadOnlyList<string> Ids);
