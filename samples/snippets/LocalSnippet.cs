using Asgiref.Core.Local;
using Asgiref.Core.Sync;

namespace Snippets;

public static class LocalSnippet
{
    public static async Task RunAsync()
    {
        var user = new Local<string>("user") { Value = "ann" };           // in real code a static field
        await SyncToAsync.Run(() => user.Value += " smith");
        Console.WriteLine(user.Value);                                    // → ann smith (changes come back)
        await AsgiTask.Create(async () => user.Value = "ben");
        Console.WriteLine(user.Value);                                    // → ann smith (a task has a copy of its own)

        var request = new Local("request");                               // values by name
        request["user"] = "ann";
        Console.WriteLine(request.TryGet("language", out _));             // → False
    }
}
