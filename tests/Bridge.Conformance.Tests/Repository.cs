using System.Reflection;

namespace Bridge.Conformance.Tests;

/// <summary>The documents and the tests of this working copy; written first when BRIDGE_CONFORMANCE_WRITE=1.</summary>
internal sealed class Repository
{
    private static readonly Lazy<Repository> Loaded = new(() => new Repository());

    private readonly string _root = FindRoot();

    private Repository()
    {
        Checklist = Checklist.Parse(Read(Checklist.Path));
        IReadOnlyList<Decision> decisions =
        [
            .. Directory.GetFiles(Path.Combine(_root, "docs/decisions"), "*.md")
                .Select(file => Path.GetFileNameWithoutExtension(file)).Where(slug => slug != "README")
                .Order(StringComparer.Ordinal).Select(slug => Decision.Parse(slug, Read($"docs/decisions/{slug}.md"))),
        ];
        TestProjects =
        [
            .. Directory.GetFiles(Path.Combine(_root, "tests"), "*.Tests.csproj", SearchOption.AllDirectories)
                .Select(file => Path.GetFileNameWithoutExtension(file))
                .Where(name => name != typeof(Repository).Assembly.GetName().Name).Order(StringComparer.Ordinal),
        ];
        MissingAssemblies = [.. TestProjects.Where(name => !File.Exists(Path.Combine(AppContext.BaseDirectory, $"{name}.dll")))];
        Evidence = new Evidence(
            new TestInventory(TestProjects.Except(MissingAssemblies).SelectMany(name => Assembly.Load(name).GetTypes())), decisions);
        if (Environment.GetEnvironmentVariable("BRIDGE_CONFORMANCE_WRITE") == "1")
        {
            File.WriteAllText(Path.Combine(_root, ConformancePage.Path), ConformancePage.Render(Checklist, Evidence));
            File.WriteAllText(Path.Combine(_root, DecisionIndex.Path), DecisionIndex.Render(Read(DecisionIndex.Path), decisions));
        }

        Page = Read(ConformancePage.Path);
        DecisionsReadme = Read(DecisionIndex.Path);
    }

    public static Repository Here => Loaded.Value;

    public Checklist Checklist { get; }

    public IReadOnlyList<string> TestProjects { get; }

    public IReadOnlyList<string> MissingAssemblies { get; }

    public Evidence Evidence { get; }

    public string Page { get; }

    public string DecisionsReadme { get; }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Bridge.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds Bridge.sln.");
    }

    // A working copy on Windows may have other line ends.
    private string Read(string path) => File.ReadAllText(Path.Combine(_root, path)).ReplaceLineEndings("\n");
}
