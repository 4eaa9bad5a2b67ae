using Asgiref.Core.Local;

namespace Snippets;

public static class ContextBagSnippet
{
    public static void Run()
    {
        var before = ContextBag.Current;                                  // a snapshot, to send along with a call
        ContextBag.Set("tenant", "acme");
        var changes = ContextBag.Current.ChangesSince(before);            // what the caller is to apply
        Console.WriteLine(string.Join(", ", changes.Set.Keys));           // → tenant
    }
}
