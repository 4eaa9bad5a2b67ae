using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

public class OpeningTests
{
    [Theory]
    [InlineData(false, 1ul)]
    [InlineData(true, 2ul)]
    public async Task Ids_have_the_parity_of_their_side_and_rise(bool server, ulong first)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        for (var index = 0; index < 3; index++)
        {
            var exchange = TwoSessions.Open(peer.Session, Frames.Bytes(3).Memory);
            var frame = await peer.Next(Frame.KindOneofCase.Open);
            Assert.Equal(first + (2 * (ulong)index), frame.Exchange);
            Assert.Equal(frame.Exchange, exchange.Id);
            Assert.Equal(("app", ConversationKind.Http), (frame.Open.Instance.Application, frame.Open.Instance.Conversation));
            Assert.Equal((Frames.Bytes(3), false), (frame.Open.Head, frame.Open.MoreHead));
            Assert.Equal(0u, frame.Credit);
        }
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task An_open_with_the_other_sides_parity_is_a_protocol_error(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        await peer.Send(Frames.Open(peer.FirstTestedId));
        await peer.NextGoodbye(GoodbyeCode.ProtocolError);
    }

    [Theory]
    [InlineData(5ul)]
    [InlineData(3ul)]
    public async Task An_open_that_is_not_above_the_last_is_a_protocol_error(ulong id)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.OpenAccepted(5);
        await peer.Send(Frames.Open(id));
        await peer.NextGoodbye(GoodbyeCode.ProtocolError);
    }

    [Fact]
    public async Task Ids_may_leave_gaps_and_those_in_them_count_as_over()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.OpenAccepted(101);
        await peer.Send(Frames.Body(51, 1));
        Assert.Empty(await peer.Rest());
        Assert.Equal(1, peer.Session.Counters.LateFrames);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task Frames_of_an_exchange_that_is_over_are_dropped_and_counted(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        var accepted = await peer.OpenAccepted(peer.FirstId);
        accepted.End(EndedKind.Finished);
        await peer.Next(Frame.KindOneofCase.Ended);
        await peer.OpenFromTested();
        await peer.Send(Frames.Ended(peer.FirstTestedId));
        await peer.Handler.NextOver();
        await peer.Send(
            Frames.Body(peer.FirstId, 5), Frames.Credit(peer.FirstId, 5), Frames.Reset(peer.FirstId), new Frame { Exchange = peer.FirstId },
            Frames.Body(peer.FirstTestedId, 5), Frames.Ended(peer.FirstTestedId));
        Assert.Empty(await peer.Rest());
        Assert.Equal(6, peer.Session.Counters.LateFrames);
        Assert.Equal((0, 0, 0L), (peer.Session.OpenedHere, peer.Session.OpenedByPeer, peer.Session.Counters.HeldBytes));
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task More_exchanges_than_the_hello_allows_are_refused_as_overloaded(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), new SessionOptions { Exchanges = 2 });
        var id = peer.FirstId;
        var first = await peer.OpenAccepted(id);
        await peer.OpenAccepted(id + 2);
        await peer.Send(Frames.Open(id + 4), Frames.Body(id + 4, 10));
        var refused = await peer.Next(Frame.KindOneofCase.Refused);
        Assert.Equal((id + 4, RefusedCode.Overloaded), (refused.Exchange, refused.Refused.Code));
        Assert.Equal(1, peer.Session.Counters.Reached(SessionLimit.Exchanges));
        // The place is free when the instance has really ended.
        first.End(EndedKind.Finished);
        await peer.Next(Frame.KindOneofCase.Ended);
        await peer.OpenAccepted(id + 6);
        Assert.Equal(2, peer.Session.OpenedByPeer);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task No_more_are_opened_than_the_peers_hello_allows(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), hello: Frames.Hello(hello => hello.Limits.Exchanges = 2));
        var ended = await peer.OpenFromTested();
        var refused = await peer.OpenFromTested();
        AssertFull();
        // Broken off is not over: the place is taken until the acceptor says so.
        ended.Reset(ResetCode.Gone, "gone");
        await peer.Next(Frame.KindOneofCase.Reset);
        AssertFull();
        await peer.Send(Frames.Ended(ended.Id));
        Assert.Same(ended, await peer.Handler.NextOver());
        await peer.OpenFromTested();
        AssertFull();
        await peer.Send(Frames.Refused(refused.Id));
        Assert.Same(refused, await peer.Handler.NextOver());
        await peer.OpenFromTested();
        AssertFull();

        void AssertFull() => Assert.Equal(OpenStatus.Full, peer.Session.Open(Frames.Target(), default, null, out _));
    }

    [Fact]
    public async Task A_target_or_conversation_that_is_not_known_is_refused_as_unsupported()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.Send(
            new Frame { Exchange = 1, Open = new OpenExchange() },
            Frames.Open(3, conversation: ConversationKind.Unspecified),
            Frames.Open(5, conversation: (ConversationKind)9));
        foreach (var id in new ulong[] { 1, 3, 5 })
        {
            var refused = await peer.Next(Frame.KindOneofCase.Refused);
            Assert.Equal((id, RefusedCode.Unsupported), (refused.Exchange, refused.Refused.Code));
        }
    }

    [Fact]
    public async Task Refusals_that_pile_up_end_the_session()
    {
        var options = new SessionOptions { Exchanges = 1, PendingAnswers = 10 };
        var peer = await ScriptedPeer.Start(SessionRole.Server, options, wrap: Gate.Around(out var gate));
        gate.Close();
        await peer.Send(Frames.Open(1));
        var exchange = await peer.Handler.NextToAccept();
        exchange.Accept();
        await gate.Reached.WithDeadline();
        // One place is taken and ten refusals wait; the next is too much.
        await peer.Send([.. Enumerable.Range(1, 10).Select(index => Frames.Open(1 + (2 * (ulong)index)))]);
        Assert.False(peer.Session.Ended.IsCompleted);
        await peer.Send(Frames.Open(101));
        Assert.Equal(SessionEndingKind.Limit, (await peer.Session.Ended.WithDeadline()).Kind);
        Assert.Equal(1, peer.Session.Counters.Reached(SessionLimit.PendingAnswers));
        Assert.Equal(10, peer.Session.Counters.Reached(SessionLimit.Exchanges));
        gate.Open();
        await peer.NextGoodbye(GoodbyeCode.Limit);
    }

    [Fact]
    public async Task Refused_offers_that_pile_up_end_the_session()
    {
        var options = new SessionOptions { Exchanges = 1, PendingAnswers = 10 };
        var peer = await ScriptedPeer.Start(SessionRole.Server, options, wrap: Gate.Around(out var gate));
        gate.Close();
        // A batch of 64 waits at the gate.
        for (var index = 0; index < 64 + 12; index++)
        {
            peer.Session.RefuseOffer($"app-{index}", "No.");
        }

        Assert.Equal(SessionEndingKind.Limit, (await peer.Session.Ended.WithDeadline()).Kind);
        gate.Open();
        await peer.NextGoodbye(GoodbyeCode.Limit);
    }

    [Fact]
    public async Task A_head_larger_than_a_payload_goes_in_parts_as_the_window_allows()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, hello: Frames.Hello(hello => hello.Limits.WindowBytes = 20_000));
        var exchange = TwoSessions.Open(peer.Session, Frames.Bytes(40_000).Memory);
        var open = await peer.Next(Frame.KindOneofCase.Open);
        Assert.Equal((16 * 1024, true), (open.Open.Head.Length, open.Open.MoreHead));
        Assert.Empty(await peer.Rest());
        await peer.Send(Frames.Credit(exchange.Id, 16 * 1024 + 64));
        var second = (await peer.Next(Frame.KindOneofCase.Payload)).Payload;
        Assert.Equal((PayloadKind.Head, 16 * 1024, true), (second.Kind, second.Data.Length, second.More));
        Assert.Empty(await peer.Rest());
        await peer.Send(Frames.Credit(exchange.Id, 16 * 1024 + 64));
        var last = (await peer.Next(Frame.KindOneofCase.Payload)).Payload;
        Assert.Equal((PayloadKind.Head, 40_000 - (32 * 1024), false), (last.Kind, last.Data.Length, last.More));
        Assert.Equal(Frames.Bytes(40_000), Google.Protobuf.ByteString.CopyFrom([.. open.Open.Head, .. second.Data, .. last.Data]));
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_head_in_parts_is_credited_as_it_is_joined_and_accepted_whole(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), new SessionOptions { WindowBytes = 8192 });
        var id = peer.FirstId;
        await peer.Send(Frames.Open(id, 5000, more: true));
        Assert.Equal(5064u, (await peer.Next(Frame.KindOneofCase.None)).Credit);
        await peer.Send(Frames.Payload(id, PayloadKind.Head, 8000, more: true));
        Assert.Equal(8064u, (await peer.Next(Frame.KindOneofCase.None)).Credit);
        await peer.Send(Frames.Payload(id, PayloadKind.Head, 0, more: true), Frames.Payload(id, PayloadKind.Head, 3, more: false));
        var exchange = await peer.Handler.NextToAccept();
        byte[] expected = [.. Frames.Bytes(5000), .. Frames.Bytes(8000), .. Frames.Bytes(3)];
        Assert.True(exchange.Head.Span.SequenceEqual(expected));
        Assert.Equal((0L, 0L), (peer.Session.Counters.HeldBytes, peer.Session.Counters.JoinedBytes));
        exchange.Accept();
        Assert.Equal(64u + 67u, (await peer.Next(Frame.KindOneofCase.Accepted)).Credit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_head_beyond_the_limit_is_refused(bool inParts)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, new SessionOptions { HeadBytes = 1000 });
        await peer.Send(Frames.Open(1, 1000));
        await peer.Handler.NextToAccept();
        await peer.Send(inParts ? [Frames.Open(3, 600, more: true), Frames.Payload(3, PayloadKind.Head, 401)] : [Frames.Open(3, 1001)]);
        Assert.Equal(RefusedCode.HeadTooLarge, (await peer.Next(Frame.KindOneofCase.Refused)).Refused.Code);
        Assert.Equal(1, peer.Session.Counters.Reached(SessionLimit.HeadBytes));
        Assert.Equal((1, 0L), (peer.Session.OpenedByPeer, peer.Session.Counters.JoinedBytes));
    }

    [Fact]
    public async Task Heads_being_joined_count_against_JoinedBytes()
    {
        var options = new SessionOptions { HeadBytes = 1000, EventBytes = 1000, JoinedBytes = 1500 };
        var peer = await ScriptedPeer.Start(SessionRole.Server, options);
        await peer.Send(Frames.Open(1, 900, more: true), Frames.Open(3, 601, more: true));
        var refused = await peer.Next(Frame.KindOneofCase.Refused);
        Assert.Equal((3ul, RefusedCode.Overloaded), (refused.Exchange, refused.Refused.Code));
        Assert.Equal(1, peer.Session.Counters.Reached(SessionLimit.JoinedBytes));
        await peer.Send(Frames.Payload(1, PayloadKind.Head, 1));
        await peer.Handler.NextToAccept();
        Assert.Equal(0L, peer.Session.Counters.JoinedBytes);
    }

    [Fact]
    public async Task A_head_larger_than_the_peer_takes_is_not_opened()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, hello: Frames.Hello(hello => hello.Limits.HeadBytes = 1000));
        var target = Frames.Target();
        Assert.Equal(OpenStatus.HeadTooLarge, peer.Session.Open(target, new byte[1001], null, out _));
        Assert.Equal(OpenStatus.Opened, peer.Session.Open(target, new byte[1000], null, out _));
        Assert.Single(await peer.Rest());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(129)]
    public async Task Names_of_applications_have_1_to_128_characters(int length)
    {
        var name = new string('a', length);
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        Assert.Throws<ArgumentException>(() => peer.Session.Open(new InstanceTarget { Application = name }, default, null, out _));
        Assert.Throws<ArgumentException>(() => peer.Session.Offer(new Offer { Application = name }));
    }

    [Fact]
    public async Task What_was_broken_off_before_it_was_written_is_never_sent()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, wrap: Gate.Around(out var gate));
        gate.Close();
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Ready });
        await gate.Reached.WithDeadline();
        var exchange = TwoSessions.Open(peer.Session);
        exchange.Reset(ResetCode.Gone, "gone");
        gate.Open();
        Assert.Same(exchange, await peer.Handler.NextOver());
        Assert.Equal([Frame.KindOneofCase.Offer], (await peer.Rest()).Select(frame => frame.KindCase));
        Assert.Equal(0, peer.Session.OpenedHere);
    }
}
