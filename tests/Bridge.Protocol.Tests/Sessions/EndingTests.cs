using Bridge.Protocol.Sessions;
using Bridge.Protocol.Sessions.Wire;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

public class EndingTests
{
    [Theory]
    [ClassData(typeof(Roles))]
    public async Task What_is_open_ends_at_once_by_the_table(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), wrap: Gate.Around(out var gate));
        var acceptedHere = await peer.OpenAccepted(peer.FirstId);
        var handedOver = await peer.OpenFromTested();
        var accepted = await peer.OpenFromTested();
        await peer.Send(Frames.Accepted(accepted.Id), Frames.Body(accepted.Id, 10));
        await peer.Rest();
        gate.Close();
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Ready });
        await gate.Reached.WithDeadline();
        var notWritten = TwoSessions.Open(peer.Session);
        var receiving = handedOver.ReceiveAsync().AsTask();
        var sending = accepted.SendAsync(PayloadKind.Body, new byte[100_000], more: true).AsTask();

        peer.Session.Close(GoodbyeCode.Replaced, "A newer one came.");
        Assert.Equal(ExchangeEndingKind.Lost, acceptedHere.Ending!.Kind);
        Assert.Equal(ExchangeEndingKind.Lost, handedOver.Ending!.Kind);
        Assert.Equal(ExchangeEndingKind.Lost, accepted.Ending!.Kind);
        Assert.Equal("The session tested has ended: A newer one came.", accepted.Ending.Reason);
        Assert.Equal((ExchangeEndingKind.NotSent, true), (notWritten.Ending!.Kind, notWritten.Ending.MayGoElsewhere));
        Assert.Equal(ReceivedKind.End, (await receiving.WithDeadline()).Kind);
        Assert.Equal(ReceivedKind.End, (await accepted.ReceiveAsync().WithDeadline()).Kind);
        await Assert.ThrowsAsync<ExchangeEndedException>(() => sending.WithDeadline());
        Assert.False(acceptedHere.Accept());
        acceptedHere.End(EndedKind.Disconnected);
        Assert.Equal(
            new HashSet<Exchange> { handedOver, accepted, notWritten },
            [await peer.Handler.NextOver(), await peer.Handler.NextOver(), await peer.Handler.NextOver()]);
        Assert.Equal((0, 0, 0L), (peer.Session.OpenedHere, peer.Session.OpenedByPeer, peer.Session.Counters.HeldBytes));
        Assert.Equal(OpenStatus.Ended, peer.Session.Open(Frames.Target(), default, null, out _));
        gate.Open();
        await peer.NextGoodbye(GoodbyeCode.Replaced);
    }

    public static TheoryData<GoodbyeCode, int> Codes => new()
    {
        { GoodbyeCode.Done, (int)SessionEndingKind.Goodbye },
        { GoodbyeCode.Replaced, (int)SessionEndingKind.Goodbye },
        { GoodbyeCode.ProtocolError, (int)SessionEndingKind.ProtocolError },
        { GoodbyeCode.Limit, (int)SessionEndingKind.Limit },
        { GoodbyeCode.Unresponsive, (int)SessionEndingKind.Unresponsive },
        { GoodbyeCode.Internal, (int)SessionEndingKind.Failed },
        { GoodbyeCode.Unspecified, (int)SessionEndingKind.Failed },
        { (GoodbyeCode)99, (int)SessionEndingKind.Failed },
    };

    [Theory]
    [MemberData(nameof(Codes))]
    public async Task A_goodbye_of_the_peer_ends_the_session_without_an_answer(GoodbyeCode code, int kind)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        var exchange = await peer.OpenFromTested();
        await peer.Send(new Frame { Goodbye = new Goodbye { Code = code, Reason = "So long." } }, Frames.Accepted(1));
        Assert.Null(await peer.Next());
        var ending = await peer.Run.WithDeadline();
        Assert.Equal(((SessionEndingKind)kind, true, "So long."), (ending.Kind, ending.ByPeer, ending.Reason));
        Assert.Equal((ExchangeEndingKind.Lost, false), (exchange.Ending!.Kind, exchange.IsAccepted));
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_stream_that_ends_without_a_goodbye_is_lost(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        await peer.EndStream();
        var ending = await peer.Run.WithDeadline();
        Assert.Equal((SessionEndingKind.StreamLost, false, null), (ending.Kind, ending.SaysGoodbye, ending.Exception));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_that_fails_is_lost_with_its_error(bool reading)
    {
        var stream = new FailingStream(reading);
        var session = new Session("tested", SessionRole.Client, new Hello(), stream, new RecordingHandler(), new SessionOptions(), new FakeClock());
        var ending = await session.RunAsync(CancellationToken.None).WithDeadline();
        Assert.Equal((SessionEndingKind.StreamLost, "cut"), (ending.Kind, ending.Exception?.Message));
    }

    [Fact]
    public async Task Cancelling_ends_it_at_once_without_a_goodbye()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        var exchange = await peer.OpenAccepted(1);
        await peer.Cancel.CancelAsync();
        Assert.Equal(SessionEndingKind.Cancelled, (await peer.Run.WithDeadline()).Kind);
        Assert.Equal(ExchangeEndingKind.Lost, exchange.Ending!.Kind);
    }

    [Fact]
    public async Task A_peer_that_does_not_end_its_half_is_left_after_CloseTime()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        peer.Session.Close(GoodbyeCode.Done, "Done.");
        await peer.Next(Frame.KindOneofCase.Goodbye);
        Assert.Null(await peer.Next());
        // It goes on, and is not listened to.
        await peer.Send(Frames.Open(1), Frames.Open(1));
        await KeepAliveTests.AdvanceUntilDone(peer, peer.Session.Options.CloseTime);
        Assert.Equal((1L, SessionEndingKind.Goodbye), (peer.Session.Counters.Reached(SessionLimit.CloseTime), peer.Session.Ending!.Kind));
    }

    [Fact]
    public async Task Two_goodbyes_that_cross_end_both_sessions()
    {
        var both = await TwoSessions.Start();
        both.Client.Close(GoodbyeCode.Done, "client");
        both.Server.Close(GoodbyeCode.Done, "server");
        var (client, server) = await both.Runs();
        Assert.Equal((SessionEndingKind.Goodbye, SessionEndingKind.Goodbye), (client.Kind, server.Kind));
    }

    [Theory]
    [InlineData("offer")]
    [InlineData("over")]
    public async Task A_program_that_fails_ends_the_session(string callback)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        peer.Handler.OnOffered = _ => throw new InvalidOperationException("broken");
        peer.Handler.OnOver = _ => throw new InvalidOperationException("broken");
        if (callback == "offer")
        {
            await peer.Send(new Frame { Offer = new Offer { Application = "app" } });
        }
        else
        {
            await peer.Send(Frames.Ended((await peer.OpenFromTested()).Id));
        }

        var ending = await peer.NextGoodbye(GoodbyeCode.Internal);
        Assert.Equal((SessionEndingKind.Failed, "broken"), (ending.Kind, ending.Exception?.Message));
    }

    [Fact]
    public async Task Offers_and_their_refusals_cross()
    {
        var both = await TwoSessions.Start();
        both.Client.Offer(new Offer { Application = "shop", State = OfferState.Ready, MaxInstances = 3 });
        Assert.Equal(new Offer { Application = "shop", State = OfferState.Ready, MaxInstances = 3 }, await both.ServerHandler.NextOffer());
        both.Server.RefuseOffer("shop", "It is hosted here.");
        Assert.Equal(new OfferRefusal { Application = "shop", Reason = "It is hosted here." }, await both.ClientHandler.NextOfferRefusal());
    }

    [Fact]
    public async Task A_session_runs_once()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await Assert.ThrowsAsync<InvalidOperationException>(() => peer.Session.RunAsync(CancellationToken.None));
    }

    private sealed class FailingStream(bool reading) : IFrameStream
    {
        public async ValueTask<ReceivedBatch?> ReadAsync(CancellationToken cancellationToken)
        {
            if (reading)
            {
                throw new IOException("cut");
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return null;
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> batch, CancellationToken cancellationToken) =>
            reading ? ValueTask.CompletedTask : throw new IOException("cut");

        public ValueTask CompleteAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
