using System.Text.RegularExpressions;

namespace Bridge.Conformance.Tests;

/// <summary>One row of docs/conformance.md: <c>| id | what | shown by |</c>. The note is "open (issue N)", "n/a: reason", or empty.</summary>
internal sealed partial record PageRow(
    int Line, string Id, string What, IReadOnlyList<string> Tests, IReadOnlyList<string> Decisions, string Note)
{
    public static PageRow? Parse(int line, string text)
    {
        Match cells = RowPattern().Match(text);
        if (!cells.Success)
        {
            return null;
        }

        string shown = cells.Groups["shown"].Value;
        return ChecklistItem.IsNote(shown)
            ? new PageRow(line, cells.Groups["id"].Value, cells.Groups["what"].Value, [], [], shown)
            : new PageRow(
                line,
                cells.Groups["id"].Value,
                cells.Groups["what"].Value,
                [.. TestPattern().Matches(shown).Select(match => match.Groups["name"].Value)],
                [.. DecisionPattern().Matches(shown).Select(match => match.Groups["slug"].Value)],
                "");
    }

    public static string Render(ChecklistItem item, IEnumerable<string> tests, IEnumerable<string> decisions)
    {
        string shown = string.Join("<br>", tests.Select(name => $"`{name}`").Concat(decisions.Select(slug => $"[{slug}](decisions/{slug}.md)")));
        return $"| {item.Id} | {item.What} | {(shown.Length > 0 ? shown : item.Unshown)} |";
    }

    [GeneratedRegex(@"^\| (?<id>[A-Z0-9]+-\d+) \| (?<what>.*?) \| (?<shown>.*) \|$")]
    private static partial Regex RowPattern();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex TestPattern();

    [GeneratedRegex(@"\]\(decisions/(?<slug>[^)]+)\.md\)")]
    private static partial Regex DecisionPattern();
}
