using System.Text.RegularExpressions;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Feeds;

/// <summary>
/// A user who tells the bot one thing after the other, each until the bot has answered it: when the bot comes into the
/// channel again, the user cannot know what the one before had heard, and says it once more.
/// </summary>
internal sealed partial class IrcUser(ChatClient client, string nick, string bot, string channel) : IDisposable
{
    public static async Task<IrcUser> ConnectAsync(int port, string nick, string bot, string channel)
    {
        var client = await ChatClient.ConnectAsync(port, nick);
        await client.SendAsync($"JOIN {channel}");
        await client.ReadUntilAsync(line => line.Contains(" 366 ", StringComparison.Ordinal));
        return new IrcUser(client, nick, bot, channel);
    }

    /// <summary>Waits until the bot has come into the channel.</summary>
    public Task MeetAsync() => client.ReadUntilAsync(HasCome);

    /// <summary>Tells the bot to remember something, until it says that it will.</summary>
    public Task RememberAsync(string note) => AskAsync($"remember {note}", $"{nick}, I will remember {note}");

    /// <summary>What the bot knows of this user.</summary>
    public Task<string> RecallAsync() => AskAsync("recall", $"{nick}, you told me to remember ");

    /// <summary>How many things the bot's instance for this user has heard.</summary>
    public async Task<int> CountAsync() => int.Parse(
        Count().Match(await AskAsync("count", $"{nick}, you have said ")).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose() => client.Dispose();

    [GeneratedRegex(@"you have said (\d+) things")]
    private static partial Regex Count();

    private bool HasCome(string line) =>
        line.StartsWith($":{bot}!", StringComparison.Ordinal) && line.Contains(" JOIN ", StringComparison.Ordinal) && line.Contains(channel, StringComparison.Ordinal);

    private async Task<string> AskAsync(string text, string answer)
    {
        while (true)
        {
            await client.SendAsync($"PRIVMSG {bot} :{text}");
            var line = await client.ReadUntilAsync(line => HasCome(line)
                || (line.StartsWith($":{bot}!", StringComparison.Ordinal) && line.Contains($" PRIVMSG {nick} :{answer}", StringComparison.Ordinal)));
            if (!HasCome(line))
            {
                return line;
            }
        }
    }
}
