using Asgiref.Core;
using Asgiref.Core.Scopes;

namespace IrcBot;

/// <summary>
/// What the bot says. One call of it per user: its local variables are that user's state. It knows nothing of
/// connections and could as well sit behind another chat protocol.
/// </summary>
public static class ChatApplication
{
    public static async Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        var nick = ((UserScope)scope).Nick;
        var heard = 0;
        var note = "nothing";
        while (await receive() is ChatMessage message)
        {
            heard++;
            var (command, rest) = message.Text.Split(' ', 2) is [var first, var second] ? (first, second) : (message.Text, "");
            var answer = command.ToUpperInvariant() switch
            {
                "HELLO" => $"hello {nick}",
                "COUNT" => $"{nick}, you have said {heard} things",
                "REMEMBER" => $"{nick}, I will remember {note = rest}",
                "RECALL" => $"{nick}, you told me to remember {note}",
                "CRASH" => throw new InvalidOperationException($"{nick} wanted a crash"),
                _ => $"{nick}, I know: hello, count, remember, recall, crash",
            };
            await send(new ChatMessage(message.Target, answer));
        }
    }
}
