using Bridge.Testing.Tools;

namespace Samples.Snippets.Tests;

/// <summary>One C# block of README.md.</summary>
/// <param name="Line">Where it begins.</param>
/// <param name="Heading">The heading above it.</param>
/// <param name="Lines">Its lines, without the fences.</param>
internal sealed record ReadmeBlock(int Line, string Heading, IReadOnlyList<string> Lines)
{
    private static readonly Lazy<IReadOnlyList<ReadmeBlock>> Blocks = new(() => [.. Read(File.ReadAllLines(Repository.PathOf("README.md")))]);

    public static IReadOnlyList<ReadmeBlock> All => Blocks.Value;

    private static IEnumerable<ReadmeBlock> Read(string[] lines)
    {
        var heading = "";
        for (var index = 0; index < lines.Length; index++)
        {
            if (lines[index].StartsWith('#'))
            {
                heading = lines[index].TrimStart('#').Trim();
            }
            else if (lines[index].StartsWith("```", StringComparison.Ordinal))
            {
                var end = Array.IndexOf(lines, "```", index + 1);
                if (end < 0)
                {
                    throw new InvalidDataException($"README.md:{index + 1}: the block has no end.");
                }

                if (lines[index] == "```csharp")
                {
                    yield return new ReadmeBlock(index + 2, heading, lines[(index + 1)..end]);
                }

                index = end;
            }
        }
    }
}
