using Bridge.Conformance.Tests.Samples;

namespace Bridge.Conformance.Tests;

/// <summary>Each way in which the page, the attributes or the decisions can be wrong, broken on purpose.</summary>
public sealed class AuditTests
{
    private const string Shown = "`WellCovered.It_works`<br>[why](decisions/why.md)";

    private static readonly Checklist List = Repository.Here.Checklist;

    private static readonly string ListText = string.Join('\n', List.Items
        .Select(item => $"{item.Id}\t{item.Tag}\t{item.Unshown}\t{item.Title}").Prepend("id\ttag\tunshown\ttitle"));

    private static readonly Decision Why = Decision.Parse("why", Page("Why", "HTTP-12, GAP-01"));

    private static readonly Evidence Sample = new(new TestInventory([typeof(WellCovered), typeof(Helper)]), [Why]);

    private static readonly string GoodPage = ConformancePage.Render(List, Sample);

    private static string Page(string title, string ids) => $"# {title}\nIds: {ids}\n## Decision\nx\n## Why\nx\n## Consequences\nx\n";

    private static string Complaint(IEnumerable<string> complaints) => Assert.Single(complaints);

    private static string OfPage(string old, string @new)
    {
        Assert.Contains(old, GoodPage, StringComparison.Ordinal);
        return Complaint(Audit.OfPage(List, Sample, GoodPage.Replace(old, @new, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_page_that_says_what_was_found_has_no_complaint()
    {
        Assert.Empty(Audit.OfPage(List, Sample, GoodPage));
        Assert.Empty(Audit.OfAttributes(List, Sample.Inventory));
        Assert.Empty(Audit.OfDecisions(List, Sample.Decisions));
        Assert.Contains($"| HTTP-12 | {List.Find("HTTP-12")!.What} | {Shown} |", GoodPage, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_number_is_named() =>
        Assert.Contains("HTTP-13 is missing", Complaint(Checklist.Parse(Without(ListText, "HTTP-13\t")).Complaints), StringComparison.Ordinal);

    [Fact]
    public void A_missing_last_number_is_named() =>
        Assert.Contains("GEN-08 is missing", Complaint(Checklist.Parse(Without(ListText, "GEN-08\t")).Complaints), StringComparison.Ordinal);

    [Fact]
    public void A_number_beyond_the_count_and_a_second_one_are_named()
    {
        IReadOnlyList<string> complaints = Checklist.Parse($"{ListText}\nGEN-09\tK\topen (issue 3)\tx\nGEN-08\tK\topen (issue 3)\tx").Complaints;
        Assert.Contains(complaints, complaint => complaint.Contains("GEN-09 is beyond", StringComparison.Ordinal));
        Assert.Contains(complaints, complaint => complaint.Contains("GEN-08 is there twice", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GEN-08\tA\topen", "GEN-08\tQ\topen", "unknown tag 'Q'")]
    [InlineData("GEN-08\tA\topen (issue 3)", "GEN-08\tA\tlater", "not 'later'")]
    [InlineData("GEN-08\tA\topen", "GEN-08 A\topen", "3 cells")]
    [InlineData("id\ttag", "tag\tid", "first line")]
    public void A_malformed_line_is_named(string old, string @new, string expected) =>
        Assert.Contains(Checklist.Parse(ListText.Replace(old, @new, StringComparison.Ordinal)).Complaints,
            complaint => complaint.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void A_missing_row_is_named() =>
        Assert.Equal("docs/conformance.md: HTTP-13 has no row", Complaint(Audit.OfPage(List, Sample, Without(GoodPage, "| HTTP-13 |"))));

    [Fact]
    public void An_unknown_row_is_named() => Assert.EndsWith("HTTP-99 isn't in the checklist",
        Complaint(Audit.OfPage(List, Sample, $"{GoodPage}| HTTP-99 | x | open (issue 4) |\n")), StringComparison.Ordinal);

    [Fact]
    public void A_second_row_is_named() => Assert.Contains("HTTP-13 has a second row",
        Complaint(Audit.OfPage(List, Sample, $"{GoodPage}| HTTP-13 | {List.Find("HTTP-13")!.What} | open (issue 4) |\n")), StringComparison.Ordinal);

    [Theory]
    [InlineData("`WellCovered.It_works`<br>[", "[", "HTTP-12 leaves out the test WellCovered.It_works")]
    [InlineData("`WellCovered.It_works`<br>[", "`WellCovered.It_works`<br>`Nobody.Nowhere`<br>[", "HTTP-12 names the test Nobody.Nowhere, which doesn't exist")]
    [InlineData("`WellCovered.It_works`<br>[", "`WellCovered.It_works`<br>`Helper.Help`<br>[", "HTTP-12 names Helper.Help, which isn't a test")]
    [InlineData("`WellCovered.It_works`<br>[", "`WellCovered.It_works`<br>`WellCovered.It_shows_nothing`<br>[", "HTTP-12 names the test WellCovered.It_shows_nothing, whose [Covers]")]
    [InlineData("`<br>[why](decisions/why.md)", "`", "HTTP-12 leaves out the decision why")]
    [InlineData("`<br>[why](decisions/why.md)", "`<br>[why](decisions/why.md)<br>[no](decisions/no.md)", "HTTP-12 names the decision no, which doesn't exist")]
    [InlineData(Shown, "open (issue 4)", "HTTP-12 says 'open (issue 4)', but WellCovered.It_works, why shows it")]
    [InlineData(Shown, "n/a: too hard", "HTTP-12 says 'n/a: too hard', but WellCovered.It_works, why shows it")]
    public void A_row_that_names_the_wrong_things_is_named(string old, string @new, string expected) =>
        Assert.Contains(expected, OfPage(old, @new), StringComparison.Ordinal);

    [Fact]
    public void A_row_that_names_nothing_is_named()
    {
        string what = List.Find("HTTP-13")!.What;
        Assert.Contains("HTTP-13 names nothing", OfPage($"| {what} | open (issue 4) |", $"| {what} | soon |"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_with_a_note_or_a_title_of_its_own_is_named()
    {
        string what = List.Find("HTTP-13")!.What;
        Assert.Contains("HTTP-13 says 'n/a: too hard'", OfPage($"| {what} | open (issue 4) |", $"| {what} | n/a: too hard |"), StringComparison.Ordinal);
        Assert.Contains("HTTP-13 is titled 'Something'", OfPage($"| {what} |", "| Something |"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_names_a_decision_which_does_not_list_the_id_is_named()
    {
        string what = List.Find("HTTP-13")!.What;
        Assert.Contains("HTTP-13 names the decision why, whose Ids line doesn't list it",
            OfPage($"| {what} | open (issue 4) |", $"| {what} | [why](decisions/why.md) |"), StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_that_are_off_are_named() =>
        Assert.Contains("events | 54 |", OfPage("HTTP scope and events | 54 |", "HTTP scope and events | 55 |"), StringComparison.Ordinal);

    [Fact]
    public void An_item_called_not_applicable_but_shown_is_named()
    {
        Evidence evidence = new(new TestInventory([]), [Decision.Parse("webtransport", Page("WebTransport", "MOVE-05"))]);
        Assert.Contains("MOVE-05 is called n/a, but webtransport shows it", Complaint(Audit.OfNotes(List, evidence)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_behaviour_of_asgiref_without_its_kind_of_evidence_is_named()
    {
        Checklist list = Checklist.Parse("""
            id\ttag\tunshown\ttitle
            HTTP-12\tK\topen (issue 3)\tx
            HTTP-13\tK\topen (issue 3)\tx
            HTTP-15\tA\topen (issue 3)\tx
            HTTP-16\tW\topen (issue 3)\tx
            HTTP-17\tN\tn/a: because\tx
            HTTP-18\t\topen (issue 4)\tx
            GAP-01\tW\topen (issue 3)\tx
            """.Replace("\\t", "\t", StringComparison.Ordinal));
        // HTTP-15 is decided, but only tests show what is adapted.
        Evidence evidence = new(new TestInventory([typeof(WellCovered)]), [Why, Decision.Parse("else", Page("Else", "HTTP-15"))]);

        Assert.Equal(
            ["HTTP-13 [K] has no test", "HTTP-15 [A] has no test", "HTTP-16 [W] has no decision", "HTTP-17 [N] has no decision"],
            Audit.OfTags(list, evidence).Select(complaint => complaint[(Checklist.Path.Length + 2)..complaint.IndexOf(" that ", StringComparison.Ordinal)]));
    }

    [Fact]
    public void An_unknown_id_in_an_attribute_is_named() => Assert.Contains("WronglyCovered.It_names_an_unknown_id: [Covers] names HTTP-99",
        Complaint(Audit.OfAttributes(List, new TestInventory([typeof(WronglyCovered)]))), StringComparison.Ordinal);

    [Fact]
    public void An_unknown_or_malformed_id_in_a_decision_is_named()
    {
        Assert.Contains("why.md: the Ids line names GAP-99", Complaint(Audit.OfDecisions(List, [Decision.Parse("why", Page("Why", "GAP-99"))])), StringComparison.Ordinal);
        Assert.Contains("'GAP-01 to GAP-05'", Complaint(Decision.Parse("why", Page("Why", "GAP-01 to GAP-05")).Complaints), StringComparison.Ordinal);
        Assert.Contains("GAP-01 is twice", Complaint(Decision.Parse("why", Page("Why", "GAP-01, GAP-01")).Complaints), StringComparison.Ordinal);
    }

    [Fact]
    public void A_decision_without_its_shape_is_named()
    {
        string page = Page("Why", "none");
        Assert.Empty(Decision.Parse("why", page).Complaints);
        Assert.Empty(Decision.Parse("why", Page("Why", "—")).Ids);
        Assert.Contains("'## Why'", Complaint(Decision.Parse("why", page.Replace("## Why", "## Because", StringComparison.Ordinal)).Complaints), StringComparison.Ordinal);
        Assert.Contains("# Title", Complaint(Decision.Parse("why", $"\n{page}").Complaints), StringComparison.Ordinal);
        Assert.Contains("0 lines 'Ids", Complaint(Decision.Parse("why", page.Replace("Ids:", "Items:", StringComparison.Ordinal)).Complaints), StringComparison.Ordinal);
    }

    [Fact]
    public void Attributes_on_what_never_runs_are_named()
    {
        IReadOnlyList<string> complaints = new TestInventory([typeof(WronglyCovered).GetNestedType("Hidden", System.Reflection.BindingFlags.NonPublic)!, typeof(NotTests)]).Complaints;
        Assert.Contains(complaints, complaint => complaint.Contains("Hidden.It_is_skipped covers HTTP-12 but is skipped", StringComparison.Ordinal));
        Assert.Contains(complaints, complaint => complaint.Contains("Hidden.It_is_skipped covers HTTP-12 but its class isn't public", StringComparison.Ordinal));
        Assert.Contains(complaints, complaint => complaint.Contains("NotTests has [Covers(\"HTTP-13\")] but no test", StringComparison.Ordinal));
        Assert.Contains(complaints, complaint => complaint.Contains("NotTests.Help has [Covers(\"HTTP-12\")] but isn't a test", StringComparison.Ordinal));
    }

    [Fact]
    public void A_class_attribute_counts_for_every_test_in_it_and_adds_to_the_methods() =>
        Assert.Equal(["HTTP-12", "HTTP-14"], Assert.Single(new TestInventory([typeof(CoveredClass)]).Tests).Ids);

    [Fact]
    public void Tests_that_share_class_and_method_name_are_told_apart_by_namespace() => Assert.Equal(
        ["Bridge.Conformance.Tests.Samples.Other.WellCovered.It_works", "Bridge.Conformance.Tests.Samples.WellCovered.It_works", "WellCovered.It_shows_nothing"],
        new TestInventory([typeof(WellCovered), typeof(Samples.Other.WellCovered)]).Tests.Select(test => test.Name));

    [Fact]
    public void An_index_that_lacks_a_page_or_lists_another_is_named()
    {
        string readme = DecisionIndex.Render("# Decisions\n", [Why]);
        Assert.Empty(DecisionIndex.Check(readme, [Why]));
        Assert.Equal(readme, DecisionIndex.Render(readme, [Why]));
        Assert.Contains("lacks '| [Why](why.md) | HTTP-12, GAP-01 |'", Complaint(DecisionIndex.Check(DecisionIndex.Render("", []), [Why])), StringComparison.Ordinal);
        Assert.Contains("has '| [Why](why.md)", Complaint(DecisionIndex.Check(readme, [])), StringComparison.Ordinal);
    }

    private static string Without(string text, string start) =>
        string.Join('\n', text.Split('\n').Where(line => !line.StartsWith(start, StringComparison.Ordinal)));
}
