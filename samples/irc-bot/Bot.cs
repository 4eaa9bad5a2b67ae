using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Server;

namespace IrcBot;

/// <summary>
/// The protocol server: one connection to an IRC server, one scope per nick. Lines that speak to the bot, in private or
/// in a channel as <c>bridgebot: hello</c>, become events of their user's instance.
/// </summary>
/// <remarks>Instances outlive the connection: after a reconnect every user is known as before.</remarks>
public sealed class Bot(IrcBotOptions bot, AsgiApplication application, StatelessServerOptions? options = null)
    : StatelessServer<string>(application, options)
{
    private TaskCompletionSource<IrcConnection> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The nick that the server has accepted; with underscores when the wanted one was taken.</summary>
    public string Nick { get; private set; } = bot.Nick;

    /// <summary>Told what happens to the connection, one line each.</summary>
    public Action<string> Note { get; init; } = _ => { };

    protected override async Task HandleAsync(CancellationToken stopping)
    {
        var retry = bot.FirstRetry;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                using var connection = await IrcConnection.OpenAsync(bot.Host, bot.Port, stopping);
                await TalkAsync(connection, () => retry = bot.FirstRetry, stopping);
                Note("The server closed the connection.");
            }
            catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
            {
                Note($"No connection: {error.Message}");
            }

            await Task.Delay(retry, Options.Clock, stopping);
            retry = retry * 2 < bot.LongestRetry ? retry * 2 : bot.LongestRetry;
        }
    }

    /// <summary>Waits for a connection if there is none: an answer outlives a reconnect, and its application waits with it.</summary>
    protected override async ValueTask ApplicationSendAsync(AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken)
    {
        var (target, text) = (ChatMessage)message;
        while (true)
        {
            var connected = Volatile.Read(ref _connected);
            var connection = await connected.Task.WaitAsync(cancellationToken);
            try
            {
                await connection.SendAsync($"PRIVMSG {target} :{text}", cancellationToken);
                return;
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
            {
                Forget(connected);
            }
        }
    }

    private async Task TalkAsync(IrcConnection connection, Action welcomed, CancellationToken stopping)
    {
        Nick = bot.Nick;
        await connection.SendAsync($"NICK {Nick}", stopping);
        await connection.SendAsync($"USER {Nick} 0 * :{Nick}", stopping);
        try
        {
            while (await connection.ReadAsync(bot.Silence, stopping) is { } message)
            {
                if (message.Command == "001")
                {
                    welcomed();
                }

                await ObeyAsync(connection, message, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await connection.SendAsync("QUIT :stopping", CancellationToken.None);
            throw;
        }
        finally
        {
            Forget(Volatile.Read(ref _connected));
        }
    }

    private async Task ObeyAsync(IrcConnection connection, IrcMessage message, CancellationToken stopping)
    {
        switch (message.Command)
        {
            case "PING":
                await connection.SendAsync($"PONG :{message.At(0)}", stopping);
                break;
            case "433" when !_connected.Task.IsCompleted:
                Nick += "_";
                await connection.SendAsync($"NICK {Nick}", stopping);
                break;
            case "001":
                foreach (var channel in bot.Channels)
                {
                    await connection.SendAsync($"JOIN {channel}", stopping);
                }

                _connected.TrySetResult(connection);
                Note($"Connected as {Nick}.");
                break;
            case "PRIVMSG" when message.Nick != Nick && HeardBy(message) is { } heard:
                await PostAsync(IdOf(message.Nick), new UserScope(message.Nick), heard, stopping);
                break;
            case "QUIT" or "NICK":
                CloseApplicationInstance(IdOf(message.Nick));
                break;
        }
    }

    /// <summary>What a line says to the bot; null when it speaks to others.</summary>
    private ChatMessage? HeardBy(IrcMessage message)
    {
        var (target, text) = (message.At(0), message.At(1));
        if (string.Equals(target, Nick, StringComparison.OrdinalIgnoreCase))
        {
            return new ChatMessage(message.Nick, text.Trim());
        }

        var address = Nick + ":";
        return text.StartsWith(address, StringComparison.OrdinalIgnoreCase) ? new ChatMessage(target, text[address.Length..].Trim()) : null;
    }

    private void Forget(TaskCompletionSource<IrcConnection> connected)
    {
        if (connected.Task.IsCompleted)
        {
            Interlocked.CompareExchange(
                ref _connected, new TaskCompletionSource<IrcConnection>(TaskCreationOptions.RunContinuationsAsynchronously), connected);
        }
    }

    /// <summary>Nicks that differ only in case are one user.</summary>
    private static string IdOf(string nick) => nick.ToUpperInvariant();
}
