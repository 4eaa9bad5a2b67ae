using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Feeds;

/// <summary>
/// A chat bot in two processes and two languages: a connector in Python, over generated stubs, feeds an application in C#
/// that the bridge hosts, from a real IRC server.
/// </summary>
public sealed class IrcConnectorTests
{
    private const int Users = 50;
    private const int NotesBefore = 3;
    private const int Notes = 10;

    [NgircdFact]
    public async Task Fifty_users_keep_their_state_when_the_connector_is_killed_and_each_event_is_processed_once()
    {
        Tool.Python.Require();
        await using var bridge = await BridgeProcess.StartAsync(ServerSettings.Samples);
        await using var irc = await NgircdServer.StartAsync();
        var journal = Path.Combine(RunFolder.Of("irc-journal"), $"{Guid.NewGuid():n}");

        // One after the other: the server keeps only a few connections that it has not accepted, and the system resets others.
        var users = new List<IrcUser>();
        while (users.Count < Users)
        {
            users.Add(await IrcUser.ConnectAsync(irc.Port, $"user{users.Count}", "bot", "#room"));
        }


        var first = IrcConnectorProcess.Start(bridge, irc, "bot", journal, "#room");
        var enough = new Countdown(Users * NotesBefore);
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var talks = users.Select((user, number) => TalkAsync(user, number)).ToArray();
        await enough.Reached.WithDeadline();
        await first.KillAsync();
        killed.SetResult();
        await using var second = IrcConnectorProcess.Start(bridge, irc, "bot", journal, "#room");
        var counts = await Task.WhenAll(talks);

        // Each event that the bridge took was processed once: no instance has heard more, or fewer, than that.
        using var client = new HttpClient();
        var figures = await ServerMetrics.ReadAsync(client, bridge);
        Assert.Equal(figures["bridge_feeds_events_total"], counts.Sum());
        Assert.Equal(0, figures["bridge_feeds_events_undelivered_total"]);
        Assert.Equal(0, figures["bridge_feeds_items_dropped_total"]);
        Assert.Equal(figures["bridge_feeds_events_total"], figures["bridge_feeds_items_total"]);
        Assert.Equal(1, figures["bridge_feeds_resumed_total"]);
        Assert.Equal(Users, figures["bridge_instances_started_total"]);
        Assert.Contains("resumed", second.Said, StringComparison.Ordinal);

        await first.DisposeAsync();
        users.ForEach(user => user.Dispose());

        async Task<int> TalkAsync(IrcUser user, int number)
        {
            await user.MeetAsync();
            for (var note = 1; note <= Notes; note++)
            {
                await user.RememberAsync($"{note} of {number}");
                enough.Count();
            }

            // Answered by the second one, whose coming the user has then seen: what follows is said once.
            await killed.Task.WithDeadline();
            Assert.EndsWith($"remember {Notes} of {number}", await user.RecallAsync(), StringComparison.Ordinal);
            return await user.CountAsync();
        }
    }

    /// <summary>Ends a task when something has happened often enough.</summary>
    private sealed class Countdown(int times)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = times;

        public Task Reached => _reached.Task;

        public void Count()
        {
            if (Interlocked.Decrement(ref _left) == 0)
            {
                _reached.SetResult();
            }
        }
    }
}
