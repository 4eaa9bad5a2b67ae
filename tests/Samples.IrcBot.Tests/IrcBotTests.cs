using System.Diagnostics;
using Bridge.Testing.Tools;

namespace Samples.IrcBot.Tests;

public class IrcBotTests
{
    [NgircdFact]
    [Covers("SRV-03", "SRV-06", "GEN-03")]
    public async Task Every_user_has_a_state_of_their_own_in_the_channel_and_in_private()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var bot = await RunningBot.StartAsync(server.Port);
        using var ann = await ChatClient.ConnectAsync(server.Port, "ann");
        using var ben = await ChatClient.ConnectAsync(server.Port, "ben");
        await ann.MeetAsync("#room", "bot");
        await ben.MeetAsync("#room", "bot");

        Assert.Equal("#room :hello ann", await ann.AskAsync("#room", "bot: hello"));
        Assert.Equal("ann :ann, I will remember the milk", await ann.AskAsync("bot", "remember the milk"));
        Assert.Equal("#room :ben, you told me to remember nothing", await ben.AskAsync("#room", "bot: recall"));
        Assert.Equal("ben :ben, you have said 2 things", await ben.AskAsync("bot", "count"));
        Assert.Equal("#room :ann, you told me to remember the milk", await ann.AskAsync("#room", "BOT: recall"));

        Assert.Equal(2, bot.Bot.Statistics.Active);
    }

    [NgircdFact]
    [Covers("SRV-13", "SRV-14")]
    public async Task An_instance_that_raises_is_reported_and_harms_nobody_else()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var bot = await RunningBot.StartAsync(server.Port);
        using var ann = await ChatClient.ConnectAsync(server.Port, "ann");
        using var ben = await ChatClient.ConnectAsync(server.Port, "ben");
        await ann.AskAsync("bot", "remember the milk");
        await ben.AskAsync("bot", "remember the bread");

        await ann.SendAsync("PRIVMSG bot :crash");
        await bot.HasReportedAsync("ann wanted a crash");

        Assert.Equal("ann :ann, you told me to remember nothing", await ann.AskAsync("bot", "recall"));
        Assert.Equal("ben :ben, you told me to remember the bread", await ben.AskAsync("bot", "recall"));
        Assert.Equal(1, bot.Bot.Statistics.Failed);
    }

    [NgircdFact]
    public async Task Users_are_known_again_after_the_server_has_died_and_come_back()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var bot = await RunningBot.StartAsync(server.Port);
        using (var before = await ChatClient.ConnectAsync(server.Port, "ann"))
        {
            await before.AskAsync("bot", "remember the milk");
        }

        await server.KillAsync();
        await server.StartAgainAsync();
        await bot.IsConnectedAsync();

        using var ann = await ChatClient.ConnectAsync(server.Port, "ann");
        await ann.MeetAsync("#room", "bot");
        Assert.Equal("#room :ann, you told me to remember the milk", await ann.AskAsync("#room", "bot: recall"));
        Assert.Equal(1, bot.Bot.Statistics.Started);
    }

    [NgircdFact]
    public async Task A_user_who_leaves_is_forgotten()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var bot = await RunningBot.StartAsync(server.Port);
        using (var before = await ChatClient.ConnectAsync(server.Port, "ann"))
        {
            await before.MeetAsync("#room", "bot");
            await before.AskAsync("bot", "remember the milk");
            await before.QuitAsync();
        }

        using var ann = await ChatClient.ConnectAsync(server.Port, "ann");
        Assert.Equal("ann :ann, you told me to remember nothing", await ann.AskAsync("bot", "recall"));
    }

    [NgircdFact]
    public async Task A_nick_that_is_taken_makes_the_bot_choose_another()
    {
        await using var server = await NgircdServer.StartAsync();
        using var other = await ChatClient.ConnectAsync(server.Port, "bot");
        await using var bot = await RunningBot.StartAsync(server.Port);
        using var ann = await ChatClient.ConnectAsync(server.Port, "ann");

        Assert.Equal("ann :hello ann", await ann.AskAsync("bot_", "hello", by: "bot_"));
    }

    [NgircdFact]
    [Covers("SRV-09")]
    public async Task Twenty_users_at_once_share_ten_places_and_every_one_is_answered()
    {
        await using var server = await NgircdServer.StartAsync();
        await using var bot = await RunningBot.StartAsync(server.Port, maxApplications: 10);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using var user = await ChatClient.ConnectAsync(server.Port, $"user{i:D2}");
            for (var round = 0; round < 10; round++)
            {
                Assert.Equal($"user{i:D2} :hello user{i:D2}", await user.AskAsync("bot", "hello"));
            }
        }));

        Assert.Equal(10, bot.Bot.Statistics.Active);
        Assert.True(bot.Bot.Statistics.Evicted >= 10);
        Assert.Equal(0, bot.Bot.Statistics.DroppedEvents);
    }

    [NgircdFact]
    [Covers("SRV-18")]
    public async Task The_program_says_goodbye_on_an_interrupt_and_ends_well()
    {
        await using var server = await NgircdServer.StartAsync();
        using var ann = await ChatClient.ConnectAsync(server.Port, "ann");
        var program = Path.Combine(AppContext.BaseDirectory, "IrcBot.dll");
        using var bot = Process.Start(new ProcessStartInfo("dotnet", [program, "127.0.0.1", $"{server.Port}", "bot", "#room"])
        {
            RedirectStandardError = true,
        })!;
        try
        {
            var errors = bot.StandardError.ReadToEndAsync();
            await ann.MeetAsync("#room", "bot");

            using var kill = Process.Start("kill", ["-INT", $"{bot.Id}"]);

            await ann.ReadUntilAsync(line => line.StartsWith(":bot!", StringComparison.Ordinal) && line.Contains(" QUIT ", StringComparison.Ordinal));
            Assert.Contains("Exiting due to Ctrl-C/interrupt", await errors.WithDeadline(), StringComparison.Ordinal);
            await bot.WaitForExitAsync().WithDeadline();
            Assert.Equal(0, bot.ExitCode);
        }
        finally
        {
            bot.Kill();
        }
    }
}
