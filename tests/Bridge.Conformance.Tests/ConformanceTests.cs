namespace Bridge.Conformance.Tests;

/// <summary>docs/conformance.md of this working copy against its tests and decisions.</summary>
public sealed class ConformanceTests
{
    [Fact]
    public void Every_test_project_is_looked_at()
    {
        NoComplaints(Repository.Here.MissingAssemblies.Select(name => $"tests/{name}: not built beside the conformance tests"));
        Assert.NotEmpty(Repository.Here.TestProjects);
    }

    [Fact]
    public void The_checklist_has_every_number_of_every_prefix_once() => NoComplaints(Repository.Here.Checklist.Complaints);

    [Fact]
    public void Every_covers_attribute_names_known_ids_and_sits_on_a_test_that_runs() =>
        NoComplaints(Audit.OfAttributes(Repository.Here.Checklist, Repository.Here.Evidence.Inventory));

    [Fact]
    public void Every_decision_has_the_shape_and_names_known_ids() =>
        NoComplaints(Audit.OfDecisions(Repository.Here.Checklist, Repository.Here.Evidence.Decisions));

    [Fact]
    public void Nothing_called_not_applicable_is_shown() => NoComplaints(Audit.OfNotes(Repository.Here.Checklist, Repository.Here.Evidence));

    [Fact]
    public void Every_behaviour_of_asgiref_has_a_test_or_for_a_wart_a_decision() =>
        NoComplaints(Audit.OfTags(Repository.Here.Checklist, Repository.Here.Evidence));

    [Fact]
    public void Every_row_names_exactly_what_shows_its_id() =>
        NoComplaints(Audit.OfPage(Repository.Here.Checklist, Repository.Here.Evidence, Repository.Here.Page));

    [Fact]
    public void The_index_of_decisions_lists_every_page() =>
        NoComplaints(DecisionIndex.Check(Repository.Here.DecisionsReadme, Repository.Here.Evidence.Decisions));

    private static void NoComplaints(IEnumerable<string> complaints)
    {
        string[] all = [.. complaints];
        if (all.Length > 0)
        {
            Assert.Fail($"{string.Join('\n', all)}\nTo write the page and the index again: {ConformancePage.Command}");
        }
    }
}
