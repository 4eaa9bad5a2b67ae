using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;

namespace Bridge.Server.Samples;

/// <summary>
/// A chat bot for one user, whose nick is the scope's <c>nick</c>: the local variables are that user's state. Each
/// <c>chat.message</c> has a <c>text</c>, and a <c>target</c> to which the answer goes.
/// </summary>
internal static class ChatApplication
{
    private const string MessageType = "chat.message";

    public static async Task RunAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        if (scope is not CustomScope)
        {
            throw new NotSupportedException($"The chat bot is fed through StatelessService.Feed; it does not serve {scope.Type}.");
        }

        var nick = TextOf(scope.Extra, "nick");
        var heard = 0;
        var note = "nothing";
        while (await receive() is CustomEvent { Name: MessageType } message)
        {
            heard++;
            var text = TextOf(message.Extra, "text");
            var (command, rest) = text.Split(' ', 2) is [var first, var second] ? (first, second) : (text, "");
            var answer = command.ToUpperInvariant() switch
            {
                "HELLO" => $"hello {nick}",
                "COUNT" => $"{nick}, you have said {heard} things",
                "REMEMBER" => $"{nick}, I will remember {note = rest}",
                "RECALL" => $"{nick}, you told me to remember {note}",
                "CRASH" => throw new InvalidOperationException($"{nick} wanted a crash"),
                _ => $"{nick}, I know: hello, count, remember, recall, crash",
            };
            await send(new CustomEvent(MessageType, [new("target", TextOf(message.Extra, "target")), new("text", answer)]));
        }
    }

    /// <summary>A text of a map; empty when it is not there or is something else.</summary>
    private static string TextOf(AsgiValueMap values, string key) =>
        values.TryGetValue(key, out var value) && value is AsgiValue.TextValue text ? text.Value : "";
}
