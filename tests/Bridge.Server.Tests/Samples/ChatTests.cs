using Bridge.Protocol.V1;
using Bridge.Server.Tests.Stateless;

namespace Bridge.Server.Tests.Samples;

/// <summary>The chat bot that the bridge hosts when nothing is configured.</summary>
public sealed class ChatTests
{
    [Fact]
    public async Task The_chat_bot_knows_each_user_and_answers_where_it_was_asked()
    {
        await using var bridge = await TestBridge.StartAsync((IReadOnlyList<Server.Hosting.HostedApplication>?)null);
        using var connector = await Connector.DialAsync(bridge.Grpc, "chat");

        await connector.SendAsync(Message("ann", "#room", "remember the milk"), Message("ben", "ben", "recall"), Message("ann", "ann", "recall"), Message("ann", "ann", "count"));

        Assert.Equal(
            [
                "ann: #room < ann, I will remember the milk",
                "ann: ann < ann, you told me to remember the milk",
                "ann: ann < ann, you have said 3 things",
                "ben: ben < ben, you told me to remember nothing",
            ],
            (await NextAsync(connector, 4)).OrderBy(line => line[..3], StringComparer.Ordinal));
    }

    [Fact]
    public async Task It_has_no_route_and_the_overview_says_how_to_reach_it()
    {
        await using var bridge = await TestBridge.StartAsync((IReadOnlyList<Server.Hosting.HostedApplication>?)null);
        using var client = new HttpClient();

        var page = await client.GetStringAsync(bridge.Http).WithDeadline();
        using var response = await client.GetAsync(new Uri(bridge.Http, "/chat")).WithDeadline();

        Assert.Contains("chat     stateless  over gRPC: StatelessService.Feed\n", page, StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, response.StatusCode);
    }

    private static async Task<List<string>> NextAsync(Connector connector, int count)
    {
        var lines = new List<string>();
        while (lines.Count < count)
        {
            var item = await connector.NextAsync();
            var values = item.Event.Custom.Values;
            lines.Add($"{item.ScopeId}: {values["target"].TextValue} < {values["text"].TextValue}");
        }

        return lines;
    }

    private static FeedInputEvent Message(string nick, string target, string text) => new()
    {
        ScopeId = nick,
        Scope = new Scope
        {
            Asgi = new AsgiVersions { Version = "3.0" },
            Custom = new CustomScope { Type = "chat" },
            Extra = new MapValue { Entries = { ["nick"] = new Value { TextValue = nick } } },
        },
        Event = new ReceiveEvent
        {
            Custom = new CustomEvent
            {
                Type = "chat.message",
                Values = { ["target"] = new Value { TextValue = target }, ["text"] = new Value { TextValue = text } },
            },
        },
    };
}
