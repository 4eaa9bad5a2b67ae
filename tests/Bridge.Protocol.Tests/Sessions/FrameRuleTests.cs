using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

public class FrameRuleTests
{
    [Theory]
    [ClassData(typeof(Roles))]
    public async Task More_than_64_frames_in_a_batch_are_a_protocol_error(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        await peer.Send([.. Enumerable.Range(0, 64).Select(_ => new Frame())]);
        Assert.Empty(await peer.Rest());
        await peer.Send([.. Enumerable.Range(0, 65).Select(_ => new Frame())]);
        await peer.NextGoodbye(GoodbyeCode.ProtocolError);
        Assert.Equal(1, peer.Session.Counters.Reached(SessionLimit.PayloadBytes));
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task More_than_256_KiB_in_a_batch_are_a_protocol_error(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        await peer.Send([.. Enumerable.Range(0, 17).Select(index => Frames.Open(peer.FirstId + (2 * (ulong)index), 16 * 1024))]);
        await peer.NextGoodbye(GoodbyeCode.ProtocolError);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_payload_beyond_the_hello_is_a_protocol_error(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), new SessionOptions { PayloadBytes = 2000 });
        var exchange = await peer.OpenAccepted(peer.FirstId);
        await peer.Send(Frames.Body(peer.FirstId, 2000));
        Assert.Equal(2000, (await exchange.ReceiveAsync().WithDeadline()).Data.Length);
        await peer.Send(Frames.Body(peer.FirstId, 2001));
        await peer.NextGoodbye(GoodbyeCode.ProtocolError);
    }

    [Fact]
    public async Task A_head_beyond_the_payload_limit_of_the_hello_is_a_protocol_error()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, new SessionOptions { PayloadBytes = 2000 });
        await peer.Send(Frames.Open(peer.FirstId, 2001));
        await peer.NextGoodbye(GoodbyeCode.ProtocolError);
    }

    [Fact]
    public async Task Payloads_are_cut_to_the_peers_hello()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, hello: Frames.Hello(hello => hello.Limits.PayloadBytes = 1024));
        var exchange = await peer.OpenFromTested();
        await exchange.SendAsync(PayloadKind.Event, Frames.Bytes(2500).Memory, more: false);
        await exchange.SendAsync(PayloadKind.Body, Frames.Bytes(1025).Memory, more: false);
        var frames = await peer.Rest();
        Assert.Equal(
            [(PayloadKind.Event, 1024, true), (PayloadKind.Event, 1024, true), (PayloadKind.Event, 452, false), (PayloadKind.Body, 1024, true), (PayloadKind.Body, 1, false)],
            frames.Select(frame => (frame.Payload.Kind, frame.Payload.Data.Length, frame.Payload.More)));
        Assert.Equal(Frames.Bytes(2500), Google.Protobuf.ByteString.CopyFrom([.. frames.Take(3).SelectMany(frame => frame.Payload.Data)]));
    }

    [Fact]
    public async Task Batches_hold_at_most_64_frames()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, hello: Frames.Hello(hello => hello.Limits.Exchanges = 1000));
        for (var index = 0; index < 500; index++)
        {
            TwoSessions.Open(peer.Session);
        }

        Assert.Equal(500, (await peer.Rest()).Count);
        Assert.InRange(peer.LargestBatch, 1, 64);
    }

    [Fact]
    public async Task Exchanges_take_turns_of_one_frame()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, wrap: Gate.Around(out var gate));
        var first = await peer.OpenFromTested();
        var second = await peer.OpenFromTested();
        // The writer is held at this frame, while the others become ready.
        gate.Close();
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Ready });
        await gate.Reached.WithDeadline();
        await first.SendAsync(PayloadKind.Body, Frames.Bytes(40_000).Memory, more: true);
        await second.SendAsync(PayloadKind.Body, Frames.Bytes(10).Memory, more: true);
        await second.SendAsync(PayloadKind.Body, Frames.Bytes(20).Memory, more: false);
        gate.Open();
        await peer.Next(Frame.KindOneofCase.Offer);
        Assert.Equal(
            [(first.Id, 16384), (second.Id, 10), (first.Id, 16384), (second.Id, 20), (first.Id, 40_000 - 32768)],
            (await peer.Rest()).Select(frame => (frame.Exchange, frame.Payload.Data.Length)));
    }

    [Fact]
    public async Task Control_goes_before_data()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, wrap: Gate.Around(out var gate));
        var first = await peer.OpenFromTested();
        var second = await peer.OpenFromTested();
        gate.Close();
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Ready });
        await gate.Reached.WithDeadline();
        await first.SendAsync(PayloadKind.Body, Frames.Bytes(10).Memory, more: true);
        second.Reset(ResetCode.Gone, "gone");
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Withdrawn });
        gate.Open();
        await peer.Next(Frame.KindOneofCase.Offer);
        Assert.Equal(
            [Frame.KindOneofCase.Offer, Frame.KindOneofCase.Reset, Frame.KindOneofCase.Payload],
            (await peer.Rest()).Select(frame => frame.KindCase));
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task An_unknown_frame_of_the_session_is_ignored_and_counted(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        await peer.Send(new Frame());
        Assert.Empty(await peer.Rest());
        Assert.Equal(1, peer.Session.Counters.UnknownFrames);
    }

    [Fact]
    public async Task An_unknown_frame_of_an_exchange_that_is_not_accepted_refuses_it()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.Send(Frames.Open(1), new Frame { Exchange = 1 });
        var refused = (await peer.Next(Frame.KindOneofCase.Refused)).Refused;
        Assert.Equal(RefusedCode.Unsupported, refused.Code);
        Assert.Equal(0, peer.Session.OpenedByPeer);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task An_unknown_frame_of_an_accepted_exchange_resets_it(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        var exchange = await peer.OpenAccepted(peer.FirstId);
        await peer.Send(new Frame { Exchange = peer.FirstId });
        Assert.Equal(ResetCode.Unsupported, (await peer.Next(Frame.KindOneofCase.Reset)).Reset.Code);
        Assert.Equal(ReceivedKind.End, (await exchange.ReceiveAsync().WithDeadline()).Kind);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task An_unknown_frame_from_an_acceptor_resets_the_exchange(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        await peer.OpenFromTested();
        await peer.Send(new Frame { Exchange = peer.FirstTestedId });
        Assert.Equal(ResetCode.Unsupported, (await peer.Next(Frame.KindOneofCase.Reset)).Reset.Code);
        Assert.Equal(1, peer.Session.OpenedHere);
    }

    [Fact]
    public async Task An_unknown_kind_of_payload_resets_the_exchange_as_unsupported()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.OpenAccepted(1);
        await peer.Send(Frames.Payload(1, (PayloadKind)99, 1));
        Assert.Equal(ResetCode.Unsupported, (await peer.Next(Frame.KindOneofCase.Reset)).Reset.Code);
    }

    public static TheoryData<string, Frame> Misplaced => new()
    {
        { "credit on exchange 0", new Frame { Credit = 1 } },
        { "open on exchange 0", Frames.Open(0) },
        { "payload on exchange 0", Frames.Body(0, 1) },
        { "reset on exchange 0", Frames.Reset(0) },
        { "ping on an exchange", new Frame { Exchange = 1, Ping = new Ping { Number = 1 } } },
        { "goodbye on an exchange", new Frame { Exchange = 1, Goodbye = new Goodbye { Code = GoodbyeCode.Done } } },
        { "drain on an exchange", new Frame { Exchange = 1, Drain = new Drain() } },
        { "a pong that nobody asked for", new Frame { Pong = new Pong { Number = 7 } } },
        { "a pong of number 0", new Frame { Pong = new Pong() } },
        { "an offer without a name", new Frame { Offer = new Offer() } },
        { "an offer with a long name", new Frame { Offer = new Offer { Application = new string('a', 129) } } },
        { "an offer of a callable without a name", new Frame { Offer = new Offer { Callable = new Callable { Kind = CallableKind.Async } } } },
        { "an offer of two things", new Frame { Offer = new Offer { Application = "app", Callable = new Callable { Name = "add", Kind = CallableKind.Async } } } },
        { "the end of a thread context without an id", new Frame { ThreadContextEnded = new ThreadContextEnded() } },
        { "the end of a thread context on an exchange", new Frame { Exchange = 1, ThreadContextEnded = new ThreadContextEnded { ThreadContext = Frames.Bytes(16) } } },
        { "a frame of an exchange that the peer never opened", Frames.Body(3, 1) },
        { "a frame of an exchange that was never opened here", Frames.Accepted(2) },
    };

    [Theory]
    [MemberData(nameof(Misplaced))]
    public async Task A_misplaced_frame_is_a_protocol_error(string what, Frame frame)
    {
        Assert.NotEmpty(what);
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.OpenAccepted(1);
        await peer.Send(frame);
        Assert.Equal(SessionEndingKind.ProtocolError, (await peer.NextGoodbye(GoodbyeCode.ProtocolError)).Kind);
    }
}
