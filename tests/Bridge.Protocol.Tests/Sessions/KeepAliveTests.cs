using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

public class KeepAliveTests
{
    private static readonly SessionOptions Options = new()
    {
        KeepAliveInterval = TimeSpan.FromSeconds(10),
        KeepAliveTimeout = TimeSpan.FromSeconds(4),
    };

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_ping_is_answered_with_the_newest_number(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        await peer.Send(new Frame { Ping = new Ping { Number = 5 } }, new Frame { Ping = new Ping { Number = 6 } });
        Frame pong;
        do
        {
            pong = await peer.Next(Frame.KindOneofCase.Pong);
        }
        while (pong.Pong.Number == 5);

        Assert.Equal(6ul, pong.Pong.Number);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_quiet_peer_is_pinged_and_one_that_stays_quiet_is_given_up_at_once(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), Options);
        var exchange = await peer.OpenAccepted(peer.FirstId);
        var receiving = exchange.ReceiveAsync().AsTask();
        peer.Clock.Advance(TimeSpan.FromSeconds(10));
        await peer.Next(Frame.KindOneofCase.Ping);
        peer.Clock.Advance(TimeSpan.FromSeconds(4) - TimeSpan.FromTicks(1));
        Assert.Null(peer.Session.Ending);
        peer.Clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(SessionEndingKind.Unresponsive, peer.Session.Ending!.Kind);
        Assert.Equal(ReceivedKind.End, (await receiving.WithDeadline()).Kind);
        Assert.Equal(1, peer.Session.Counters.Reached(SessionLimit.KeepAliveTimeout));
        await peer.NextGoodbye(GoodbyeCode.Unresponsive);
    }

    [Fact]
    public async Task A_frozen_peer_is_given_up_even_if_the_transport_takes_nothing()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, Options, wrap: Gate.Around(out var gate));
        gate.Close();
        peer.Clock.Advance(TimeSpan.FromSeconds(10));
        await gate.Reached.WithDeadline();
        peer.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(SessionEndingKind.Unresponsive, (await peer.Session.Ended.WithDeadline()).Kind);
        // The goodbye cannot go out; CloseTime ends the wait.
        await AdvanceUntilDone(peer, Options.CloseTime);
        Assert.Equal(1, peer.Session.Counters.Reached(SessionLimit.CloseTime));
    }

    [Fact]
    public async Task Anything_that_comes_is_a_sign_of_life()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, Options);
        for (var round = 0; round < 5; round++)
        {
            peer.Clock.Advance(TimeSpan.FromSeconds(9));
            Assert.Empty(await peer.Rest());
        }

        peer.Clock.Advance(TimeSpan.FromSeconds(10));
        var ping = (await peer.Next(Frame.KindOneofCase.Ping)).Ping;
        await peer.Send(new Frame { Pong = new Pong { Number = ping.Number } });
        await peer.Rest();
        peer.Clock.Advance(TimeSpan.FromSeconds(4));
        Assert.Null(peer.Session.Ending);
        peer.Clock.Advance(TimeSpan.FromSeconds(6));
        Assert.True((await peer.Next(Frame.KindOneofCase.Ping)).Ping.Number > ping.Number);
    }

    internal static async Task AdvanceUntilDone(ScriptedPeer peer, TimeSpan closeTime)
    {
        // The timer of the closing is armed a moment after the session has ended.
        await Armed().WithDeadline();
        peer.Clock.Advance(closeTime);
        await peer.Run.WithDeadline();

        async Task Armed()
        {
            while (peer.Clock.ArmedTimers == 0)
            {
                await Task.Yield();
            }
        }
    }
}
