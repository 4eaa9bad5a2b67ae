namespace Bridge.Testing.Tools;

/// <summary>A folder for what one run of the tests makes or installs: stubs, binaries, packages. Removed when the run ends.</summary>
public static class RunFolder
{
    private static readonly Lazy<string> Folder = new(Make);

    /// <summary>The path of a folder of this name inside it, made when missing.</summary>
    public static string Of(string name) => Directory.CreateDirectory(Path.Combine(Folder.Value, name)).FullName;

    private static string Make()
    {
        var folder = Directory.CreateTempSubdirectory("bridge-tests-");
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            try
            {
                folder.Delete(recursive: true);
            }
            catch (IOException)
            {
                // A program that a test has killed may still be writing; the run has its results already.
            }
        };
        return folder.FullName;
    }
}
