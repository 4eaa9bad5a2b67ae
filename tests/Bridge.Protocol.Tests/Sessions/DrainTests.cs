using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

public class DrainTests
{
    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_drain_refuses_what_is_opened_later_and_finishes_what_runs(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        var id = peer.FirstId;
        var running = await peer.OpenAccepted(id);
        var own = await peer.OpenFromTested();
        peer.Session.Drain("Restart.");
        peer.Session.Drain("Again.");
        Assert.Equal("Restart.", (await peer.Next(Frame.KindOneofCase.Drain)).Drain.Reason);
        var ping = (await peer.Next(Frame.KindOneofCase.Ping)).Ping;
        await peer.Send(Frames.Open(id + 2), new Frame { Pong = new Pong { Number = ping.Number } });
        Assert.Equal(RefusedCode.Draining, (await peer.Next(Frame.KindOneofCase.Refused)).Refused.Code);
        running.End(EndedKind.Finished);
        await peer.Next(Frame.KindOneofCase.Ended);
        Assert.Empty(await peer.Rest());
        await peer.Send(Frames.Ended(own.Id));
        var ending = await peer.NextGoodbye(GoodbyeCode.Done);
        Assert.Equal(SessionEndingKind.Goodbye, ending.Kind);
        Assert.Equal(0, peer.Session.Counters.Reached(SessionLimit.DrainTime));
    }

    [Fact]
    public async Task Goodbye_waits_until_the_peer_has_read_the_drain()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        peer.Session.Drain("Restart.");
        await peer.Next(Frame.KindOneofCase.Drain);
        var ping = (await peer.Next(Frame.KindOneofCase.Ping)).Ping;
        // What the peer opened before it read the drain is answered, not lost.
        Assert.Empty(await peer.Rest());
        await peer.Send(Frames.Open(2));
        await peer.Next(Frame.KindOneofCase.Refused);
        Assert.Empty(await peer.Rest());
        await peer.Send(new Frame { Pong = new Pong { Number = ping.Number } });
        await peer.NextGoodbye(GoodbyeCode.Done);
    }

    [Fact]
    public async Task A_later_pong_confirms_the_drain_and_an_earlier_one_does_not()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, new SessionOptions { KeepAliveInterval = TimeSpan.FromSeconds(1) });
        peer.Clock.Advance(TimeSpan.FromSeconds(1));
        var first = (await peer.Next(Frame.KindOneofCase.Ping)).Ping;
        peer.Session.Drain("Restart.");
        await peer.Next(Frame.KindOneofCase.Drain);
        await peer.Next(Frame.KindOneofCase.Ping);
        await peer.Send(new Frame { Pong = new Pong { Number = first.Number } });
        Assert.Empty(await peer.Rest());
        // The time of the first ping is over: something has come, but then nothing for longer than the interval.
        peer.Clock.Advance(TimeSpan.FromSeconds(10));
        var last = (await peer.Next(Frame.KindOneofCase.Ping)).Ping;
        await peer.Send(new Frame { Pong = new Pong { Number = last.Number } });
        await peer.NextGoodbye(GoodbyeCode.Done);
    }

    [Fact]
    public async Task The_end_of_the_drain_time_loses_what_still_runs()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, new SessionOptions { DrainTime = TimeSpan.FromSeconds(5) });
        var running = await peer.OpenAccepted(1);
        peer.Session.Drain("Restart.");
        await peer.Next(Frame.KindOneofCase.Drain);
        peer.Clock.Advance(TimeSpan.FromSeconds(5));
        var ending = await peer.NextGoodbye(GoodbyeCode.Done);
        Assert.Equal(ExchangeEndingKind.Lost, running.Ending!.Kind);
        Assert.Same(ending, running.Ending.Session);
        Assert.Equal((1L, 0), (peer.Session.Counters.Reached(SessionLimit.DrainTime), peer.Session.OpenedByPeer));
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task Nothing_is_opened_at_a_peer_that_drains(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), wrap: Gate.Around(out var gate));
        var running = await peer.OpenFromTested();
        gate.Close();
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Ready });
        await gate.Reached.WithDeadline();
        var waiting = TwoSessions.Open(peer.Session);
        await waiting.SendAsync(PayloadKind.Body, new byte[10], more: false);
        await peer.Send(new Frame { Drain = new Drain { Reason = "Restart." } });
        Assert.Equal("Restart.", await peer.Handler.Drain);
        Assert.True(peer.Session.PeerDrains);
        gate.Open();
        // What had not been written is refused here, and can go elsewhere with all it had sent.
        Assert.Same(waiting, await peer.Handler.NextOver());
        Assert.Equal((ExchangeEndingKind.NotSent, true), (waiting.Ending!.Kind, waiting.Ending.MayGoElsewhere));
        Assert.Single(waiting.TakeRetained());
        Assert.Equal(OpenStatus.Draining, peer.Session.Open(Frames.Target(), default, null, out _));
        Assert.Equal([Frame.KindOneofCase.Offer], (await peer.Rest()).Select(frame => frame.KindCase));
        // What runs goes on.
        await running.SendAsync(PayloadKind.Body, new byte[10], more: false);
        await peer.Next(Frame.KindOneofCase.Payload);
    }
}
