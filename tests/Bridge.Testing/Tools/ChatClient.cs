using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Bridge.Testing.Tools;

/// <summary>A user of an IRC server, on a connection of its own; shares no code with the bots that it talks to.</summary>
public sealed class ChatClient : IDisposable
{
    private readonly TcpClient _client = new();
    private readonly string _nick;
    private StreamReader _reader = StreamReader.Null;

    private ChatClient(string nick) => _nick = nick;

    /// <summary>Connects and waits until the server has welcomed it.</summary>
    public static async Task<ChatClient> ConnectAsync(int port, string nick)
    {
        var client = new ChatClient(nick);
        await client._client.ConnectAsync(IPAddress.Loopback, port).WithDeadline();
        client._reader = new StreamReader(client._client.GetStream(), Encoding.UTF8);
        await client.SendAsync($"NICK {nick}");
        await client.SendAsync($"USER {nick} 0 * :{nick}");
        await client.ReadUntilAsync(line => line.Contains($" 001 {nick} ", StringComparison.Ordinal));
        return client;
    }

    /// <summary>Sends one line.</summary>
    public Task SendAsync(string line) => _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n")).WithDeadline();

    /// <summary>Joins a channel and waits until another user is there too.</summary>
    public async Task MeetAsync(string channel, string other)
    {
        await SendAsync($"JOIN {channel}");
        await ReadUntilAsync(line =>
            (line.StartsWith($":{other}!", StringComparison.Ordinal) && line.Contains(" JOIN ", StringComparison.Ordinal))
            || (line.Contains(" 353 ", StringComparison.Ordinal) && line.Split(' ', ':', '@', '+').Contains(other)));
    }

    /// <summary>Says something and gives the next thing that is said to this user, or in the channel, by the other.</summary>
    public async Task<string> AskAsync(string target, string text, string by = "bot")
    {
        await SendAsync($"PRIVMSG {target} :{text}");
        var line = await ReadUntilAsync(line => line.StartsWith($":{by}!", StringComparison.Ordinal)
            && line.Contains(" PRIVMSG ", StringComparison.Ordinal)
            && line.Contains(_nick, StringComparison.Ordinal));
        return line[(line.IndexOf(" PRIVMSG ", StringComparison.Ordinal) + " PRIVMSG ".Length)..];
    }

    /// <summary>Reads until a line is the one that is wanted, and gives it.</summary>
    public async Task<string> ReadUntilAsync(Func<string, bool> isWanted)
    {
        while (await _reader.ReadLineAsync().WithDeadline() is { } line)
        {
            if (line.StartsWith("PING", StringComparison.Ordinal))
            {
                await SendAsync("PONG" + line["PING".Length..]);
            }
            else if (isWanted(line))
            {
                return line;
            }
        }

        throw new IOException($"The server closed the connection of {_nick}.");
    }

    /// <summary>Says goodbye and waits until the server has let go of the nick.</summary>
    public async Task QuitAsync()
    {
        await SendAsync("QUIT :bye");
        while (await _reader.ReadLineAsync().WithDeadline() is not null)
        {
        }
    }

    public void Dispose() => _client.Dispose();
}
