using System.Globalization;
using System.Text;

namespace Bridge.Conformance.Tests;

/// <summary>Writes docs/conformance.md and reads its rows back.</summary>
internal static class ConformancePage
{
    public const string Path = "docs/conformance.md";

    public const string Command = "BRIDGE_CONFORMANCE_WRITE=1 dotnet test tests/Bridge.Conformance.Tests";

    private const string Head = $"""
        # Conformance

        Every rule of the ASGI text (3.0, HTTP and WebSocket 2.5, lifespan 2.0, TLS 0.2, the extensions), every duty of PEP 3333 that an adapter has,
        and every behaviour of Python's asgiref 3.12, each with what shows it here. Titles are ours and short; where one is too short, the test is the exact wording.

        A row is shown by tests (`Class.Method`; each fails when the behaviour breaks) and by [decisions](decisions/README.md), which say where we differ or what we chose where the text is silent.
        *open* names the issue that will show it; *n/a* says why there is nothing to show.
        The letter in front of an asgiref item: **K** kept as it is, **A** adapted to .NET, **W** a wart of upstream that is decided on purpose, **N** not applicable in .NET.

        This page is written by a test from the `[Covers]` attributes of the tests, the `Ids:` lines of the decisions and [conformance/checklist.tsv](conformance/checklist.tsv);
        the same test fails when they disagree. To write it again: `{Command}`.

        """;

    public static string Render(Checklist checklist, Evidence evidence)
    {
        StringBuilder page = new();
        page.Append(Head).Append('\n');
        AppendCounts(page, checklist, evidence);
        foreach (Section section in Section.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {section.Prefix}\n\n{section.Title}.\n\n| id | what | shown by |\n| --- | --- | --- |\n");
            foreach (ChecklistItem item in checklist.Items.Where(item => Section.PrefixOf(item.Id) == section.Prefix))
            {
                page.Append(PageRow.Render(item, evidence.TestsOf(item.Id), evidence.DecisionsOf(item.Id))).Append('\n');
            }
        }

        return page.ToString();
    }

    public static IReadOnlyList<PageRow> Rows(string text) =>
        [.. text.Split('\n').Select((line, index) => PageRow.Parse(index + 1, line)).OfType<PageRow>()];

    private static void AppendCounts(StringBuilder page, Checklist checklist, Evidence evidence)
    {
        page.Append("| section | items | tested | decided only | open | n/a |\n| --- | ---: | ---: | ---: | ---: | ---: |\n");
        foreach (Section section in Section.All)
        {
            AppendCount(page, $"[{section.Prefix}](#{section.Prefix.ToLowerInvariant()}) {section.Title}", [.. checklist.Items.Where(item => Section.PrefixOf(item.Id) == section.Prefix)], evidence);
        }

        AppendCount(page, "**all**", checklist.Items, evidence);
    }

    private static void AppendCount(StringBuilder page, string name, IReadOnlyList<ChecklistItem> items, Evidence evidence)
    {
        int tested = items.Count(item => evidence.TestsOf(item.Id).Count > 0);
        int shown = items.Count(item => evidence.Shows(item.Id));
        int notApplicable = items.Count(item => !evidence.Shows(item.Id) && item.IsNotApplicable);
        page.Append(CultureInfo.InvariantCulture,
            $"| {name} | {items.Count} | {tested} | {shown - tested} | {items.Count - shown - notApplicable} | {notApplicable} |\n");
    }
}
