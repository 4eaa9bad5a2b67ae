using Asgiref.Core;
using Asgiref.Core.Compatibility;
using static Snippets.HelloAsgiSnippet;

namespace Snippets;

public static class CompatibilitySnippet
{
    public static async Task RunAsync()
    {
        LegacyAsgiApplication legacy = scope => (receive, send) => Hello(scope, receive, send);
        Console.WriteLine(AsgiApplications.IsLegacy(legacy));             // → True
        AsgiApplication application = AsgiApplications.From(legacy);      // takes either kind

        await OneRequest.PrintAsync(application);                         // → 200 Hello!
    }
}
