using System.Collections.Concurrent;
using Bridge.Protocol.Sessions;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>
/// Two sessions over a random link with random small limits, and random exchanges opened by both, all from one seed.
/// </summary>
internal sealed class ModelRun : IDisposable
{
    private readonly ConcurrentBag<Task> _accepting = [];
    private readonly List<ModelExchange> _exchanges = [];
    private readonly List<bool> _openedByClient = [];
    private readonly RandomLink _link;
    private readonly WireChecker _clientChecker;
    private readonly WireChecker _serverChecker;
    private readonly TwoSessions _both;
    private readonly Random _random;
    private readonly FakeClock _clock = new();

    public ModelRun(int seed, LinkFault fault)
    {
        _random = new Random(seed);
        _link = new RandomLink(_random, fault, _random.Next(80));
        _clientChecker = new WireChecker(_link.Client, SessionRole.Client);
        _serverChecker = new WireChecker(_link.Server, SessionRole.Server);
        for (var count = _random.Next(1, 9); count > 0; count--)
        {
            var fate = (ModelFate)Math.Max(0, _random.Next(9) - 4);
            // One at most: it keeps one of at least two places while the others come and go.
            fate = fate == ModelFate.Stuck && _exchanges.Any(other => other.IsStuck) ? ModelFate.Finished : fate;
            _openedByClient.Add(_random.Next(2) == 0);
            _exchanges.Add(new ModelExchange(_exchanges.Count, _random, fate, headBytes: 12_000, largest: 20_000, isCall: _random.Next(3) == 0));
        }

        _both = TwoSessions.Start(_clientChecker, _serverChecker, Limits(), Limits(), _clock);
        foreach (var handler in new[] { _both.ClientHandler, _both.ServerHandler })
        {
            handler.OnAccept = exchange => _accepting.Add(_exchanges[ModelExchange.KeyOf(exchange)].Accept(exchange));
        }
    }

    public void Dispose() => _link.Dispose();

    /// <summary>Plays a run without faults.</summary>
    public async Task Play()
    {
        await Task.WhenAll(_both.Client.Established, _both.Server.Established);
        var opened = _exchanges.ToDictionary(exchange => exchange, Open);
        await Task.WhenAll(opened.Where(pair => !pair.Key.IsStuck).Select(pair => pair.Value));
        _exchanges.ForEach(exchange => exchange.Unstick.SetResult());
        await Task.WhenAll(opened.Values);
        await Task.WhenAll(_accepting);
        (_random.Next(2) == 0 ? _both.Client : _both.Server).Drain("The run is over.");
        var (client, server) = await _both.Runs();
        Assert.Equal((SessionEndingKind.Goodbye, SessionEndingKind.Goodbye), (client.Kind, server.Kind));
        CheckNothingIsLeft();
        var (up, down) = (_both.Client.Counters, _both.Server.Counters);
        Assert.Equal((up.FramesOut, up.BytesOut), (down.FramesIn, down.BytesIn));
        Assert.Equal((down.FramesOut, down.BytesOut), (up.FramesIn, up.BytesIn));
    }

    /// <summary>Plays a run whose link fails somewhere.</summary>
    public async Task PlayWithFault()
    {
        var opened = _exchanges.Select(OpenWhenEstablished).ToList();
        _exchanges.ForEach(exchange => exchange.Unstick.SetResult());
        var runs = _both.Runs();
        await Task.WhenAny(_link.Failed, Task.WhenAll(opened));
        // Whatever waits for time gets it; a run that the fault did not meet is closed.
        _both.Client.Drain("The run is over.");
        while (!runs.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await runs;
        await Task.WhenAll(opened);
        await Task.WhenAll(_accepting);
        CheckNothingIsLeft();
    }

    private async Task OpenWhenEstablished(ModelExchange exchange)
    {
        var session = OpenerOf(exchange);
        try
        {
            await session.Established;
        }
        catch (SessionEndedException)
        {
            return;
        }

        await exchange.Open(session);
    }

    private Task Open(ModelExchange exchange) => Task.Run(() => exchange.Open(OpenerOf(exchange)));

    private Session OpenerOf(ModelExchange exchange) => _openedByClient[_exchanges.IndexOf(exchange)] ? _both.Client : _both.Server;

    private void CheckNothingIsLeft()
    {
        Assert.Empty(_clientChecker.Broken);
        Assert.Empty(_serverChecker.Broken);
        foreach (var session in new[] { _both.Client, _both.Server })
        {
            Assert.Equal((0, 0), (session.OpenedHere, session.OpenedByPeer));
            Assert.Equal((0L, 0L, 0L, 0L), (session.Counters.OpenedHere, session.Counters.OpenedByPeer, session.Counters.HeldBytes, session.Counters.JoinedBytes));
        }
    }

    private SessionOptions Limits() => new()
    {
        PayloadBytes = _random.Next(1024, 3000),
        Exchanges = _random.Next(2, 6),
        WindowBytes = _random.Next(4096, 9000),
        WebSocketWindowBytes = _random.Next(4096, 6000),
        HeadBytes = 12_000,
        EventBytes = 20_000,
    };
}
