using System.Text.RegularExpressions;
using Bridge.Testing.Tools;

namespace Samples.Snippets.Tests;

/// <summary>A file of samples/snippets.</summary>
internal sealed partial class SnippetFile
{
    private static readonly Lazy<IReadOnlyList<SnippetFile>> Files = new(() =>
        [.. Directory.GetFiles(Repository.PathOf("samples", "snippets"), "*.cs").Order(StringComparer.Ordinal).Select(path => new SnippetFile(path))]);

    private readonly string[] _lines;

    private SnippetFile(string path)
    {
        Name = Path.GetFileNameWithoutExtension(path);
        _lines = File.ReadAllLines(path);
    }

    public static IReadOnlyList<SnippetFile> All => Files.Value;

    public string Name { get; }

    /// <summary>The output that its comments promise: what stands behind each arrow, without an explanation in brackets.</summary>
    public IReadOnlyList<string> Promised => [.. _lines.SelectMany(line => Arrow().Matches(line)).Select(match => match.Groups[1].Value.Trim())];

    /// <summary>Whether the lines stand in it one after the other, all indented by the same amount.</summary>
    public bool Contains(IReadOnlyList<string> block) =>
        Enumerable.Range(0, Math.Max(0, _lines.Length - block.Count + 1)).Any(start => IsAt(start, block));

    private bool IsAt(int start, IReadOnlyList<string> block)
    {
        var indent = _lines[start].Length - _lines[start].TrimStart().Length;
        return !block.Where((line, index) => _lines[start + index] != (line.Length == 0 ? "" : new string(' ', indent) + line)).Any();
    }

    [GeneratedRegex(@"→ ([^→(]*)")]
    private static partial Regex Arrow();
}
