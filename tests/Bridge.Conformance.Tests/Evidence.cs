namespace Bridge.Conformance.Tests;

/// <summary>Which tests and which decisions show an id.</summary>
internal sealed class Evidence(TestInventory inventory, IReadOnlyList<Decision> decisions)
{
    private readonly ILookup<string, string> _tests = inventory.Tests
        .SelectMany(test => test.Ids.Select(id => (id, test.Name))).ToLookup(pair => pair.id, pair => pair.Name);

    private readonly ILookup<string, string> _decisions = decisions
        .SelectMany(decision => decision.Ids.Select(id => (id, decision.Slug))).ToLookup(pair => pair.id, pair => pair.Slug);

    public TestInventory Inventory { get; } = inventory;

    public IReadOnlyList<Decision> Decisions { get; } = decisions;

    public IReadOnlyList<string> TestsOf(string id) => [.. _tests[id]];

    public IReadOnlyList<string> DecisionsOf(string id) => [.. _decisions[id]];

    public bool Shows(string id) => _tests.Contains(id) || _decisions.Contains(id);
}
