namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>The worker or the bridge goes away under one conversation of each kind at each point.</summary>
public sealed class LeavingPeerTests
{
    private static readonly (string Protocol, Point Point)[] All =
    [
        .. from protocol in new[] { "http1", "http2", "websocket", "websocket-http2" }
           from point in Enum.GetValues<Point>()
           where !IsSocket(protocol) || point != Point.Answering
           select (protocol, point),
    ];

    [Fact]
    public async Task Clients_of_a_worker_that_is_killed_get_502_or_an_aborted_response_or_1001()
    {
        await using var field = await Field.StartAsync();
        var worker = await field.AddWorkerAsync("w1");
        await using var clients = await Clients.ReachAsync(field, All);

        await worker.SignalAsync("KILL");

        await clients.AssertOutcomesAsync(beforeTheResponse: "502", closeCode: "1001");
        await field.RemoveAsync(worker);
        await field.AddWorkerAsync("w2");
        await field.AssertQuietAsync();
    }

    [Fact]
    public async Task Clients_of_a_worker_that_stops_and_does_not_wait_for_them_get_502_or_an_aborted_response_or_1012()
    {
        await using var field = await Field.StartAsync();
        var worker = await field.AddWorkerAsync("w1", "--DrainTime=0:00:00.2");
        await using var clients = await Clients.ReachAsync(field, All);

        await worker.SignalAsync("TERM");

        await clients.AssertOutcomesAsync(beforeTheResponse: "502", closeCode: "1012");
        Assert.Equal(0, await worker.ExitAsync());
        clients.AssertAllHeardOnce();
        await field.RemoveAsync(worker);
        await field.AddWorkerAsync("w2");
        await field.AssertQuietAsync();
    }

    [Fact]
    public async Task Clients_of_a_bridge_that_stops_and_does_not_wait_for_them_get_502_or_an_aborted_response_or_1012()
    {
        await using var field = await StartOnFixedPortAsync("--Bridge:Limits:DrainTime=0:00:00.2");
        var worker = await field.AddWorkerAsync("w1");
        await using var clients = await Clients.ReachAsync(field, All);

        var stopping = field.Bridge.StopAsync();

        await clients.AssertOutcomesAsync(beforeTheResponse: "502", closeCode: "1012");
        Assert.Equal(0, await stopping);
        await field.StartBridgeAgainAsync();
        await worker.UntilReadyAsync(times: 2);
        await field.AssertQuietAsync();
        clients.AssertAllHeardOnce();
    }

    [Fact]
    public async Task Applications_hear_once_that_the_bridge_was_killed()
    {
        await using var field = await StartOnFixedPortAsync();
        var worker = await field.AddWorkerAsync("w1");
        await using var clients = await Clients.ReachAsync(field, All);

        await field.Bridge.KillAsync();

        await clients.UntilAllHeardAsync();
        await field.StartBridgeAgainAsync();
        await worker.UntilReadyAsync(times: 2);
        await field.AssertQuietAsync();
        clients.AssertAllHeardOnce();
    }

    private static bool IsSocket(string protocol) => protocol is "websocket" or "websocket-http2";

    private static Task<Field> StartOnFixedPortAsync(params string[] settings) =>
        Field.StartAsync([$"--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:{FreePort.Find()}", .. settings]);

    private sealed class Clients(Field field, (string Protocol, Conversation Conversation)[] all) : IAsyncDisposable
    {
        public static async Task<Clients> ReachAsync(Field field, IEnumerable<(string Protocol, Point Point)> kinds)
        {
            var all = kinds.Select(kind => (kind.Protocol, Conversation.Of(kind.Protocol, field, $"{kind.Protocol}-{kind.Point}", kind.Point))).ToArray();
            foreach (var (_, conversation) in all)
            {
                await conversation.ReachAsync();
            }

            return new Clients(field, all);
        }

        public async Task AssertOutcomesAsync(string beforeTheResponse, string closeCode)
        {
            var outcomes = await Task.WhenAll(all.Select(async client => $"{client.Conversation.Id}: {await client.Conversation.OutcomeAsync()}"));
            Assert.Equal(
                all.Select(client => $"{client.Conversation.Id}: " + (IsSocket(client.Protocol), client.Conversation.Point) switch
                {
                    (true, not Point.Beginning) => closeCode,
                    (false, Point.Answering or Point.Flooded) => "aborted",
                    _ => beforeTheResponse,
                }),
                outcomes);
        }

        public Task UntilAllHeardAsync() => Task.WhenAll(all.Select(client => field.UntilSaidAsync($"{client.Conversation.Id} gone")));

        public void AssertAllHeardOnce() => Assert.All(all, client => Assert.Equal(1, field.GoneOf(client.Conversation.Id)));

        public async ValueTask DisposeAsync()
        {
            foreach (var (_, conversation) in all)
            {
                await conversation.DisposeAsync();
            }
        }
    }
}
