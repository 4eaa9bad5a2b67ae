using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Server;

namespace Snippets;

public static class StatelessServerSnippet
{
    public static async Task Count(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        var heard = 0;                                                    // the state of one user
        while ((await receive()).Type != "chat.disconnect")
        {
            await send(new CustomEvent($"heard {++heard}"));
        }
    }

    public sealed class ChatServer(AsgiApplication application, string[] lines) : StatelessServer<string>(application)
    {
        protected override async Task HandleAsync(CancellationToken stopping)   // where events come from
        {
            foreach (var nick in lines) { await PostAsync(nick, new CustomScope("chat"), new CustomEvent("chat.message"), stopping); }
        }
        protected override async ValueTask ApplicationSendAsync(AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken) =>
            await Console.Out.WriteLineAsync(message.Type);                     // where they go
    }

    public static async Task RunAsync()
    {
        await new ChatServer(Count, ["ann", "ann"]).RunAsync();           // → heard 1 → heard 2
        await new ChatServer(Count, ["ann", "ben"]).RunAsync();           // → heard 1 → heard 1
    }
}
