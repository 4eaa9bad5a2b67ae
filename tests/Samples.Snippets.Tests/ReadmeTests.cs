namespace Samples.Snippets.Tests;

/// <summary>The C# of the README is code that the build compiles.</summary>
public sealed class ReadmeTests
{
    private static readonly string[] Pieces =
    [
        "SyncToAsync", "AsyncToSync", "ThreadSensitiveContext", "AsyncSingleThreadContext", "EventLoop", "Cancellation", "Local",
        "ContextBag", "StatelessServer", "WsgiToAsgi", "ApplicationCommunicator", "Compatibility", "AsgiTimeout",
        "CallHooks", "BusyThreadWatch",
    ];

    public static TheoryData<int> Blocks => [.. ReadmeBlock.All.Select(block => block.Line)];

    [Theory]
    [MemberData(nameof(Blocks))]
    public void A_block_stands_in_the_snippets(int line)
    {
        var block = ReadmeBlock.All.Single(block => block.Line == line);
        Assert.True(
            SnippetFile.All.Any(file => file.Contains(block.Lines)),
            $"README.md:{block.Line}: the C# block under \"{block.Heading}\" that begins with \"{block.Lines[0]}\" is in no file of samples/snippets.");
    }

    [Fact]
    [Covers("GEN-02")]
    public void Every_piece_of_the_core_library_is_shown_in_under_ten_lines()
    {
        foreach (var piece in Pieces)
        {
            var file = SnippetFile.All.Single(file => file.Name == $"{piece}Snippet");
            var shown = ReadmeBlock.All.Where(block => file.Contains(block.Lines)).ToList();
            Assert.True(shown.Count > 0, $"README.md shows nothing of samples/snippets/{file.Name}.cs");
            Assert.All(shown, block => Assert.InRange(block.Lines.Count, 1, 9));
        }
    }
}
