using System.Text;

namespace Bridge.Conformance.Tests;

/// <summary>The list of all decisions at the end of docs/decisions/README.md.</summary>
internal static class DecisionIndex
{
    public const string Path = "docs/decisions/README.md";

    private const string Start = "<!-- index: written by the conformance test -->\n";

    public static string Render(string readme, IReadOnlyList<Decision> decisions)
    {
        int end = readme.IndexOf(Start, StringComparison.Ordinal);
        StringBuilder text = new(end < 0 ? $"{readme.TrimEnd()}\n\n" : readme[..end]);
        text.Append(Start).Append("\n| decision | ids |\n| --- | --- |\n");
        foreach (Decision decision in decisions)
        {
            text.Append($"| [{decision.Title}]({decision.Slug}.md) | {(decision.Ids.Count > 0 ? string.Join(", ", decision.Ids) : "—")} |\n");
        }

        return text.ToString();
    }

    public static IEnumerable<string> Check(string readme, IReadOnlyList<Decision> decisions)
    {
        HashSet<string> found = [.. readme.Split('\n')];
        HashSet<string> wanted = [.. Render("", decisions).Split('\n')];
        foreach (string line in wanted.Except(found))
        {
            yield return $"{Path}: the index lacks '{line}'";
        }

        foreach (string line in found.Except(wanted).Where(line => line.StartsWith("| [", StringComparison.Ordinal)))
        {
            yield return $"{Path}: the index has '{line}', which no page of that title and ids stands behind";
        }
    }
}
