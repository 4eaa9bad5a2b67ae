using System.Text.RegularExpressions;

namespace Bridge.Conformance.Tests;

/// <summary>A page of docs/decisions and the ids that it rules on.</summary>
internal sealed partial record Decision(string Slug, string Title, IReadOnlyList<string> Ids, IReadOnlyList<string> Complaints)
{
    public string Path => $"docs/decisions/{Slug}.md";

    public static Decision Parse(string slug, string text)
    {
        string path = $"docs/decisions/{slug}.md";
        List<string> complaints = [];
        string[] lines = text.Split('\n');
        string title = lines[0].StartsWith("# ", StringComparison.Ordinal) ? lines[0][2..].Trim() : "";
        if (title.Length == 0)
        {
            complaints.Add($"{path}:1: the first line must be '# Title'");
        }

        foreach (string heading in new[] { "## Decision", "## Why", "## Consequences" })
        {
            if (!lines.Contains(heading))
            {
                complaints.Add($"{path}: no heading '{heading}'");
            }
        }

        string[] idLines = [.. lines.Where(line => line.StartsWith("Ids:", StringComparison.Ordinal))];
        if (idLines.Length != 1)
        {
            complaints.Add($"{path}: {idLines.Length} lines 'Ids: …' instead of one");
            return new Decision(slug, title, [], complaints);
        }

        string listed = idLines[0]["Ids:".Length..].Trim();
        string[] ids = listed is "none" or "—" ? [] : listed.Split(',', StringSplitOptions.TrimEntries);
        complaints.AddRange(ids.Where(id => !IdPattern().IsMatch(id)).Select(id =>
            $"{path}: '{id}' in the Ids line isn't an id; write each one, with commas between, or none"));
        complaints.AddRange(ids.GroupBy(id => id).Where(same => same.Count() > 1).Select(same =>
            $"{path}: {same.Key} is twice in the Ids line"));
        return new Decision(slug, title, [.. ids.Where(id => IdPattern().IsMatch(id)).Distinct()], complaints);
    }

    [GeneratedRegex(@"^[A-Z0-9]+-\d{2,}$")]
    private static partial Regex IdPattern();
}
