using System.Text.RegularExpressions;

namespace Bridge.Conformance.Tests;

/// <summary>
/// One line of docs/conformance/checklist.tsv. The tag is K, A, W or N for an item of asgiref and empty for one of the ASGI text;
/// Unshown is what the row says as long as no test and no decision shows it.
/// </summary>
internal sealed partial record ChecklistItem(string Id, string Tag, string Unshown, string Title)
{
    public string What => Tag.Length == 0 ? Title : $"[{Tag}] {Title}";

    public bool IsNotApplicable => Unshown.StartsWith("n/a: ", StringComparison.Ordinal);

    public static bool IsNote(string text) => NotePattern().IsMatch(text);

    [GeneratedRegex(@"^(open \(issue \d+\)|n/a: \S.*)$")]
    private static partial Regex NotePattern();
}
