namespace Bridge.Conformance.Tests;

/// <summary>The numbered items of the ASGI text and of asgiref, with a short title each.</summary>
internal sealed class Checklist
{
    public const string Path = "docs/conformance/checklist.tsv";

    private const string Header = "id\ttag\tunshown\ttitle";

    private readonly Dictionary<string, ChecklistItem> _byId = [];

    private Checklist(IReadOnlyList<string> complaints, IEnumerable<ChecklistItem> items)
    {
        Items = [.. items];
        Complaints = [.. complaints, .. Check(Items)];
        foreach (ChecklistItem item in Items)
        {
            _byId[item.Id] = item;
        }
    }

    public IReadOnlyList<ChecklistItem> Items { get; }

    public IReadOnlyList<string> Complaints { get; }

    public bool Knows(string id) => _byId.ContainsKey(id);

    public ChecklistItem? Find(string id) => _byId.GetValueOrDefault(id);

    public static Checklist Parse(string text)
    {
        List<string> complaints = [];
        List<ChecklistItem> items = [];
        string[] lines = text.TrimEnd('\n').Split('\n');
        if (lines[0] != Header)
        {
            complaints.Add($"{Path}:1: the first line must name the columns id, tag, unshown, title");
        }

        for (int index = 1; index < lines.Length; index++)
        {
            string[] cells = lines[index].Split('\t');
            if (cells.Length == 4)
            {
                items.Add(new ChecklistItem(cells[0], cells[1], cells[2], cells[3]));
            }
            else
            {
                complaints.Add($"{Path}:{index + 1}: {cells.Length} cells instead of 4");
            }
        }

        return new Checklist(complaints, items);
    }

    private static IEnumerable<string> Check(IReadOnlyList<ChecklistItem> items)
    {
        HashSet<string> expected = [.. Section.All.SelectMany(section => section.Ids)];
        HashSet<string> seen = [];
        foreach (ChecklistItem item in items)
        {
            if (!expected.Contains(item.Id))
            {
                yield return $"{Path}: {item.Id} is beyond the numbers that its prefix has";
            }

            if (!seen.Add(item.Id))
            {
                yield return $"{Path}: {item.Id} is there twice";
            }

            if (item.Tag is not ("" or "K" or "A" or "W" or "N"))
            {
                yield return $"{Path}: {item.Id} has the unknown tag '{item.Tag}'";
            }

            if (!ChecklistItem.IsNote(item.Unshown))
            {
                yield return $"{Path}: {item.Id} needs 'open (issue N)' or 'n/a: reason', not '{item.Unshown}'";
            }

            if (string.IsNullOrWhiteSpace(item.Title) || item.Title.Contains('|', StringComparison.Ordinal))
            {
                yield return $"{Path}: {item.Id} needs a title, and one without '|'";
            }
        }

        foreach (string id in expected.Where(id => !seen.Contains(id)))
        {
            yield return $"{Path}: {id} is missing";
        }

        if (seen.Count == expected.Count && !items.Select(item => item.Id).SequenceEqual(Section.All.SelectMany(section => section.Ids)))
        {
            yield return $"{Path}: the items must stand in the order of their sections and numbers";
        }
    }
}
