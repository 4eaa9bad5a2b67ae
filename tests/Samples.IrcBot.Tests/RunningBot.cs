using System.Text;
using System.Threading.Channels;
using Asgiref.Core.Server;
using IrcBot;

namespace Samples.IrcBot.Tests;

/// <summary>The bot in this process, connected to a server; stopped when disposed.</summary>
internal sealed class RunningBot : IAsyncDisposable
{
    private readonly Channel<string> _notes = Channel.CreateUnbounded<string>();
    private readonly LineWriter _errors = new();
    private readonly Task _run;

    private RunningBot(int port, int maxApplications)
    {
        var options = new IrcBotOptions
        {
            Host = "127.0.0.1",
            Port = port,
            Nick = "bot",
            Channels = ["#room"],
            FirstRetry = TimeSpan.FromMilliseconds(50),
            LongestRetry = TimeSpan.FromMilliseconds(200),
        };
        var limits = new StatelessServerOptions { MaxApplications = maxApplications, Errors = _errors };
        Bot = new Bot(options, ChatApplication.RunAsync, limits) { Note = note => _notes.Writer.TryWrite(note) };
        _run = Bot.RunAsync();
    }

    public Bot Bot { get; }

    public static async Task<RunningBot> StartAsync(int port, int maxApplications = 1000)
    {
        var bot = new RunningBot(port, maxApplications);
        await bot.IsConnectedAsync();
        return bot;
    }

    /// <summary>Waits until the bot says that a server has welcomed it.</summary>
    public async Task IsConnectedAsync()
    {
        while (!(await _notes.Reader.ReadAsync().WithDeadline()).StartsWith("Connected", StringComparison.Ordinal))
        {
        }
    }

    /// <summary>Waits until the server has written of an error.</summary>
    public async Task HasReportedAsync(string error)
    {
        while (!(await _errors.Lines.ReadAsync().WithDeadline()).Contains(error, StringComparison.Ordinal))
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Bot.StopAsync().WithDeadline();
        await _run.WithDeadline();
    }

    private sealed class LineWriter : TextWriter
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public ChannelReader<string> Lines => _lines.Reader;

        public override Encoding Encoding => Encoding.UTF8;

        public override void WriteLine(string? value) => _lines.Writer.TryWrite(value ?? "");
    }
}
