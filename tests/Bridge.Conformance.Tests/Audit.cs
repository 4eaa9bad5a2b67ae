namespace Bridge.Conformance.Tests;

/// <summary>Compares what is written with what is found. Each complaint names the place and the id.</summary>
internal static class Audit
{
    public static IEnumerable<string> OfAttributes(Checklist checklist, TestInventory inventory) =>
        inventory.Complaints.Concat(
            from test in inventory.Tests
            from id in test.Ids
            where !checklist.Knows(id)
            select $"{test.Place}: [Covers] names {id}, which isn't in the checklist");

    public static IEnumerable<string> OfDecisions(Checklist checklist, IReadOnlyList<Decision> decisions) =>
        decisions.SelectMany(decision => decision.Complaints).Concat(
            from decision in decisions
            from id in decision.Ids
            where !checklist.Knows(id)
            select $"{decision.Path}: the Ids line names {id}, which isn't in the checklist");

    public static IEnumerable<string> OfNotes(Checklist checklist, Evidence evidence) =>
        from item in checklist.Items
        where item.IsNotApplicable && evidence.Shows(item.Id)
        select $"{Checklist.Path}: {item.Id} is called n/a, but {string.Join(", ", evidence.TestsOf(item.Id).Concat(evidence.DecisionsOf(item.Id)))} shows it";

    /// <summary>What asgiref's items must have: a test for what is kept or adapted, a decision for a wart and for what does not apply.</summary>
    public static IEnumerable<string> OfTags(Checklist checklist, Evidence evidence)
    {
        foreach (ChecklistItem item in checklist.Items)
        {
            if (item.Tag is "K" or "A" && evidence.TestsOf(item.Id).Count == 0)
            {
                yield return $"{Checklist.Path}: {item.Id} [{item.Tag}] has no test that covers it";
            }

            if (item.Tag is "W" or "N" && evidence.DecisionsOf(item.Id).Count == 0)
            {
                yield return $"{Checklist.Path}: {item.Id} [{item.Tag}] has no decision that lists it";
            }
        }
    }

    public static IEnumerable<string> OfPage(Checklist checklist, Evidence evidence, string page)
    {
        IReadOnlyList<PageRow> rows = ConformancePage.Rows(page);
        List<string> complaints = [.. OfIds(checklist, rows)];
        foreach (PageRow row in rows)
        {
            complaints.AddRange(OfRow(row, checklist.Find(row.Id), evidence).Select(complaint =>
                $"{ConformancePage.Path}:{row.Line}: {row.Id} {complaint}"));
        }

        if (complaints.Count == 0 && FirstDifference(page, ConformancePage.Render(checklist, evidence)) is { } difference)
        {
            complaints.Add($"{ConformancePage.Path}:{difference}");
        }

        return complaints;
    }

    private static IEnumerable<string> OfIds(Checklist checklist, IReadOnlyList<PageRow> rows)
    {
        ILookup<string, PageRow> byId = rows.ToLookup(row => row.Id);
        return checklist.Items.Where(item => !byId.Contains(item.Id)).Select(item => $"{ConformancePage.Path}: {item.Id} has no row")
            .Concat(byId.Where(same => same.Count() > 1).Select(same => $"{ConformancePage.Path}:{same.Last().Line}: {same.Key} has a second row"));
    }

    private static IEnumerable<string> OfRow(PageRow row, ChecklistItem? item, Evidence evidence)
    {
        if (item is null)
        {
            return ["isn't in the checklist"];
        }

        IReadOnlyList<string> tests = evidence.TestsOf(row.Id);
        IReadOnlyList<string> decisions = evidence.DecisionsOf(row.Id);
        List<string> complaints = [];
        if (row.What != item.What)
        {
            complaints.Add($"is titled '{row.What}' instead of '{item.What}'");
        }

        if (row.Note.Length > 0 && evidence.Shows(row.Id))
        {
            complaints.Add($"says '{row.Note}', but {string.Join(", ", tests.Concat(decisions))} shows it");
            return complaints;
        }

        if (row.Note.Length > 0 && row.Note != item.Unshown)
        {
            complaints.Add($"says '{row.Note}' where the checklist says '{item.Unshown}'");
        }

        if (row.Note.Length == 0 && row.Tests.Count + row.Decisions.Count == 0)
        {
            complaints.Add("names nothing that shows it");
        }

        complaints.AddRange(row.Tests.Except(tests).Select(name => WhyNoTest(name, evidence.Inventory)));
        complaints.AddRange(tests.Except(row.Tests).Select(name => $"leaves out the test {name}, which covers it"));
        complaints.AddRange(row.Decisions.Except(decisions).Select(slug => WhyNoDecision(slug, evidence.Decisions)));
        complaints.AddRange(decisions.Except(row.Decisions).Select(slug => $"leaves out the decision {slug}, whose Ids line lists it"));
        return complaints;
    }

    private static string WhyNoTest(string name, TestInventory inventory) =>
        inventory.Tests.Any(test => test.Name == name) ? $"names the test {name}, whose [Covers] doesn't list it"
        : inventory.OtherMethods.Contains(name) ? $"names {name}, which isn't a test"
        : $"names the test {name}, which doesn't exist";

    private static string WhyNoDecision(string slug, IReadOnlyList<Decision> decisions) =>
        decisions.Any(decision => decision.Slug == slug) ? $"names the decision {slug}, whose Ids line doesn't list it"
        : $"names the decision {slug}, which doesn't exist";

    private static string? FirstDifference(string actual, string expected)
    {
        string[] left = actual.Split('\n');
        string[] right = expected.Split('\n');
        for (int index = 0; index < Math.Max(left.Length, right.Length); index++)
        {
            string found = left.ElementAtOrDefault(index) ?? "(end)";
            string wanted = right.ElementAtOrDefault(index) ?? "(end)";
            if (found != wanted)
            {
                return $"{index + 1}: is '{found}' instead of '{wanted}'";
            }
        }

        return null;
    }
}
