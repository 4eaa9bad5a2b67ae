using System.Reflection;
using Snippets;

namespace Samples.Snippets.Tests;

/// <summary>Runs every snippet: what its comments say about the output is true.</summary>
public sealed class SnippetTests
{
    public static TheoryData<string> Names => [.. Runs().Select(run => run.DeclaringType!.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_snippet_prints_what_its_comments_say(string name)
    {
        var run = Runs().Single(run => run.DeclaringType!.Name == name);
        var file = SnippetFile.All.Single(file => file.Name == name);
        var printed = new StringWriter();
        var console = Console.Out;
        Console.SetOut(TextWriter.Synchronized(printed));
        try
        {
            await Task.Run(() => run.Invoke(null, null) as Task ?? Task.CompletedTask).WithDeadline();
        }
        finally
        {
            Console.SetOut(console);
        }

        Assert.NotEmpty(file.Promised);
        Assert.Equal(file.Promised, printed.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    private static IEnumerable<MethodInfo> Runs() => typeof(HelloAsgiSnippet).Assembly.GetExportedTypes()
        .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Static))
        .Where(method => method.Name is "Run" or "RunAsync");
}
