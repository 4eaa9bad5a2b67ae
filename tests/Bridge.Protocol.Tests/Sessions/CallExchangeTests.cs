using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

public class CallExchangeTests
{
    [Fact]
    public async Task A_call_goes_there_and_its_events_come_back()
    {
        var both = await TwoSessions.Start();
        var target = Frames.Call(depth: 2);
        Assert.Equal(OpenStatus.Opened, both.Client.Open(target, Frames.Bytes(100).Memory, "mine", out var call));
        var accepted = await both.ServerHandler.NextToAccept();
        Assert.Equal(("add", target, null), (accepted.Target.Name, accepted.Target.Call, accepted.Target.Instance));
        Assert.True(accepted.Head.Span.SequenceEqual(Frames.Bytes(100).Span));
        await accepted.SendAsync(PayloadKind.Event, Frames.Bytes(5).Memory, more: false);
        accepted.End(EndedKind.Finished);
        var received = await call!.ReceiveAsync().WithDeadline();
        Assert.Equal((ReceivedKind.Event, 5), (received.Kind, received.Data.Length));
        Assert.Equal(ReceivedKind.End, (await call.ReceiveAsync().WithDeadline()).Kind);
        Assert.Same(call, await both.ClientHandler.NextOver());
        Assert.Equal("mine", call.State);
    }

    [Fact]
    public async Task The_head_of_a_call_may_be_as_large_as_an_event()
    {
        var options = new SessionOptions { HeadBytes = 1000, EventBytes = 200_000 };
        var both = await TwoSessions.Start(options, options);
        Assert.Equal(OpenStatus.HeadTooLarge, both.Client.Open(Frames.Call(), new byte[200_001], null, out _));
        Assert.Equal(1, both.Client.Counters.Reached(SessionLimit.EventBytes));
        Assert.Equal(OpenStatus.Opened, both.Client.Open(Frames.Call(), new byte[200_000], null, out _));
        var accepted = await both.ServerHandler.NextToAccept();
        Assert.Equal(200_000, accepted.Head.Length);
        Assert.Equal(200_000, both.Server.Counters.JoinedBytes);
        Assert.True(accepted.Accept());
        Assert.Equal(0, both.Server.Counters.JoinedBytes);
    }

    [Fact]
    public async Task An_argument_that_is_refused_no_longer_counts_as_joined()
    {
        var both = await TwoSessions.Start();
        both.Client.Open(Frames.Call(), new byte[200_000], null, out var call);
        (await both.ServerHandler.NextToAccept()).Refuse(RefusedCode.TimedOut, "It waited for a thread.");
        Assert.Same(call, await both.ClientHandler.NextOver());
        Assert.Equal((ExchangeEndingKind.Refused, RefusedCode.TimedOut), (call!.Ending!.Kind, call.Ending.RefusedCode));
        Assert.Equal(0, both.Server.Counters.JoinedBytes);
    }

    [Fact]
    public async Task A_head_of_a_call_beyond_the_event_limit_is_refused()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, new SessionOptions { EventBytes = 1000, HeadBytes = 500 });
        await peer.Send(Frames.OpenCall(1, 900, more: true), Frames.Payload(1, PayloadKind.Head, 101));
        Assert.Equal(RefusedCode.HeadTooLarge, (await peer.Next(Frame.KindOneofCase.Refused)).Refused.Code);
        Assert.Equal((1L, 0L), (peer.Session.Counters.Reached(SessionLimit.EventBytes), peer.Session.Counters.JoinedBytes));
    }

    [Fact]
    public async Task A_call_has_the_window_of_no_WebSocket()
    {
        var hello = Frames.Hello(hello => (hello.Limits.WindowBytes, hello.Limits.WebsocketWindowBytes) = (8192, 4096));
        var peer = await ScriptedPeer.Start(SessionRole.Server, hello: hello);
        await peer.Send(Frames.OpenCall(1));
        var exchange = await peer.Handler.NextToAccept();
        Assert.True(exchange.SendAsync(PayloadKind.Event, new byte[8192 - 64], more: false).AsTask().IsCompletedSuccessfully);
        Assert.Equal(8192 - 64, (await peer.Next(Frame.KindOneofCase.Payload)).Payload.Data.Length);
    }

    [Theory]
    [InlineData(5, 1)]
    [InlineData(40_000, 3)]
    public async Task The_last_payload_of_an_answer_says_the_end(int length, int payloads)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.Send(Frames.OpenCall(1));
        (await peer.Handler.NextToAccept()).EndWith(Frames.Bytes(length).Memory, EndedKind.Failed);
        var ends = (await peer.Rest()).Select(frame => frame.Payload.Ended);
        Assert.Equal([.. Enumerable.Repeat(EndedKind.Unspecified, payloads - 1), EndedKind.Failed], ends);
        Assert.Equal(0, peer.Session.OpenedByPeer);
    }

    [Fact]
    public async Task An_answer_that_ends_the_call_needs_no_other_end()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        peer.Session.Open(Frames.Call(), default, null, out var call);
        await peer.Next(Frame.KindOneofCase.Open);
        await peer.Send(Ending(Frames.Event(1, 5)));
        Assert.Equal(5, (await call!.ReceiveAsync().WithDeadline()).Data.Length);
        Assert.Equal(ReceivedKind.End, (await call.ReceiveAsync().WithDeadline()).Kind);
        Assert.Same(call, await peer.Handler.NextOver());
        Assert.Equal((ExchangeEndingKind.Ended, EndedKind.Finished, true), (call.Ending!.Kind, call.Ending.EndedKind, call.Ending.ByPeer));
        Assert.Equal(0, peer.Session.OpenedHere);
    }

    [Fact]
    public async Task The_place_of_a_call_that_was_broken_off_is_free_with_the_payload_that_ends_it()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        peer.Session.Open(Frames.Call(), default, null, out var call);
        await peer.Next(Frame.KindOneofCase.Open);
        call!.Reset(ResetCode.Gone, "");
        await peer.Next(Frame.KindOneofCase.Reset);
        Assert.Equal(1, peer.Session.OpenedHere);
        await peer.Send(Ending(Frames.Event(1, 5)));
        Assert.Same(call, await peer.Handler.NextOver());
        Assert.Equal(0, peer.Session.OpenedHere);
    }

    [Fact]
    public async Task A_payload_that_goes_on_cannot_end_the_call()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        peer.Session.Open(Frames.Call(), default, null, out var call);
        await peer.Next(Frame.KindOneofCase.Open);
        await peer.Send(Ending(Frames.Event(1, 5, more: true)));
        Assert.Equal(ReceivedKind.End, (await call!.ReceiveAsync().WithDeadline()).Kind);
        Assert.Equal((ExchangeEndingKind.Reset, ResetCode.Violation), (call.Ending!.Kind, call.Ending.ResetCode));
        Assert.Same(call, await peer.Handler.NextOver());
    }

    [Fact]
    public async Task Payloads_of_an_instance_or_from_an_opener_do_not_end_anything()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.Send(Frames.OpenCall(1, more: true), Ending(Frames.Payload(1, PayloadKind.Head, 1)));
        Assert.Equal(RefusedCode.InvalidHead, (await peer.Next(Frame.KindOneofCase.Refused)).Refused.Code);
        await peer.Send(Frames.Open(3), Ending(Frames.Body(3, 1)));
        Assert.Equal(RefusedCode.InvalidHead, (await peer.Next(Frame.KindOneofCase.Refused)).Refused.Code);
        Assert.Null(peer.Session.Ending);
    }

    [Theory]
    [InlineData(PayloadKind.Event)]
    [InlineData(PayloadKind.Body)]
    public async Task An_opener_that_sends_more_than_the_head_breaks_a_rule(PayloadKind kind)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.Send(Frames.OpenCall(1));
        var exchange = await peer.Handler.NextToAccept();
        Assert.True(exchange.Accept());
        await peer.Next(Frame.KindOneofCase.Accepted);
        await peer.Send(Frames.Payload(1, kind, 1));
        Assert.Equal(ResetCode.Violation, (await peer.Next(Frame.KindOneofCase.Reset)).Reset.Code);
        Assert.Equal(ExchangeEndingKind.Reset, exchange.Ending!.Kind);
    }

    [Fact]
    public async Task An_event_before_the_call_is_accepted_refuses_it()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.Send(Frames.OpenCall(1), Frames.Event(1, 1));
        Assert.Equal(RefusedCode.InvalidHead, (await peer.Next(Frame.KindOneofCase.Refused)).Refused.Code);
    }

    [Fact]
    public async Task A_body_from_the_callee_breaks_a_rule()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        peer.Session.Open(Frames.Call(), default, null, out var call);
        await peer.Next(Frame.KindOneofCase.Open);
        await peer.Send(Frames.Body(1, 1));
        Assert.Equal(ResetCode.Violation, (await peer.Next(Frame.KindOneofCase.Reset)).Reset.Code);
        Assert.Equal(ReceivedKind.End, (await call!.ReceiveAsync().WithDeadline()).Kind);
    }

    [Fact]
    public async Task The_program_cannot_send_what_a_call_does_not_carry()
    {
        var both = await TwoSessions.Start();
        both.Client.Open(Frames.Call(), default, null, out var call);
        var accepted = await both.ServerHandler.NextToAccept();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call!.SendAsync(PayloadKind.Event, default, more: false).AsTask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => accepted.SendAsync(PayloadKind.Body, default, more: false).AsTask());
    }

    public static TheoryData<string, CallTarget> Wrong => new()
    {
        { "call.callable has 0 characters; it must have 1 to 128.", Change(call => call.Callable = "") },
        { "call.callable has 129 characters; it must have 1 to 128.", Change(call => call.Callable = new string('a', 129)) },
        { "call.path is empty; it holds at least the call itself.", Change(call => call.Path.Clear()) },
        { "call.path[1].call has 15 bytes; it must have 16.", Change(call => call.Path[1].Call = Frames.Bytes(15)) },
        { "call.path[1].peer has 0 bytes; it must have 16.", Change(call => call.Path[1].Peer = Frames.Bytes(0)) },
        { "call.thread_context has 17 bytes; it must have 16.", Change(call => call.ThreadContext = Frames.Bytes(17)) },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_wrong_target_is_refused_and_not_opened(string problem, CallTarget target)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.Send(Frames.OpenCall(1, call: target));
        var refused = (await peer.Next(Frame.KindOneofCase.Refused)).Refused;
        Assert.Equal((RefusedCode.InvalidHead, problem), (refused.Code, refused.Reason));
        Assert.Equal(problem, Assert.Throws<ArgumentException>(() => peer.Session.Open(target, default, null, out _)).Message);
        Assert.Equal((0, 0), (peer.Session.OpenedHere, peer.Session.OpenedByPeer));
    }

    [Fact]
    public async Task A_path_that_fits_no_frame_is_refused_and_not_opened()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        Assert.Equal(OpenStatus.TooDeep, peer.Session.Open(Frames.Call(CallRules.MaxPath + 1), default, null, out _));
        await peer.Send(Frames.OpenCall(1, call: Frames.Call(CallRules.MaxPath + 1)), Frames.OpenCall(3, call: Frames.Call(CallRules.MaxPath)));
        Assert.Equal(RefusedCode.TooDeep, (await peer.Next(Frame.KindOneofCase.Refused)).Refused.Code);
        Assert.Equal(3ul, (await peer.Handler.NextToAccept()).Id);
    }

    [Fact]
    public async Task Batches_of_calls_with_the_longest_paths_and_names_stay_within_256_KiB()
    {
        var link = new MemoryLink(capacity: 64);
        var checker = new WireChecker(link.Client, SessionRole.Client);
        var both = TwoSessions.Start(checker, link.Server);
        await both.Client.Established.WithDeadline();
        var opened = Enumerable.Range(0, 200).Select(_ => Open(both.Client)).ToList();
        foreach (var _ in opened)
        {
            (await both.ServerHandler.NextToAccept()).Refuse(RefusedCode.Overloaded, "");
        }

        Assert.Empty(checker.Broken);
    }

    [Fact]
    public async Task Offers_of_callables_and_their_refusals_cross()
    {
        var both = await TwoSessions.Start();
        var offer = new Offer { State = OfferState.Ready, MaxInstances = 3, Callable = new Callable { Name = "add", Kind = CallableKind.Sync } };
        both.Client.Offer(offer);
        both.Client.Offer(new Offer { Application = "add", State = OfferState.Added });
        Assert.Equal(offer, await both.ServerHandler.NextOffer());
        Assert.Equal("add", (await both.ServerHandler.NextOffer()).Application);
        both.Server.RefuseOffer(offer, "It is hosted here.");
        Assert.Equal(new OfferRefusal { Callable = "add", Reason = "It is hosted here." }, await both.ClientHandler.NextOfferRefusal());
    }

    [Fact]
    public async Task The_newest_offer_of_a_callable_takes_the_place_of_the_one_that_waits()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, wrap: Gate.Around(out var gate));
        gate.Close();
        peer.Session.Offer(new Offer { Application = "first", State = OfferState.Ready });
        await gate.Reached.WithDeadline();
        peer.Session.Offer(Offer("add", OfferState.Added));
        peer.Session.Offer(new Offer { Application = "add", State = OfferState.Added });
        peer.Session.Offer(Offer("add", OfferState.Ready));
        gate.Open();
        await peer.Next(Frame.KindOneofCase.Offer);
        Assert.Equal(
            [("add", OfferState.Added), ("", OfferState.Ready)],
            (await peer.Rest()).Select(frame => (frame.Offer.Application, frame.Offer.State)));
    }

    [Theory]
    [InlineData("", CallableKind.Async, ThreadAffinity.Unspecified, 0, "The callable's name has 0 characters; it must have 1 to 128.")]
    [InlineData("add", CallableKind.Unspecified, ThreadAffinity.Unspecified, 0, "The kind of the callable is not known.")]
    [InlineData("add", (CallableKind)9, ThreadAffinity.Unspecified, 0, "The kind of the callable is not known.")]
    [InlineData("add", CallableKind.Sync, (ThreadAffinity)9, 0, "The thread affinity of the callable is not known.")]
    [InlineData("add", CallableKind.Sync, ThreadAffinity.Pooled, 257, "The callable's input has 257 characters; at most 256 are taken.")]
    public async Task A_wrong_offer_of_a_callable_is_not_made(string name, CallableKind kind, ThreadAffinity affinity, int input, string problem)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        var offer = new Offer { Callable = new Callable { Name = name, Kind = kind, Affinity = affinity, Input = new string('i', input) } };
        Assert.Equal(problem, Assert.Throws<ArgumentException>(() => peer.Session.Offer(offer)).Message);
    }

    [Fact]
    public async Task The_end_of_a_thread_context_crosses()
    {
        var both = await TwoSessions.Start();
        var context = Guid.NewGuid();
        both.Client.EndThreadContext(context);
        Assert.Equal(context, await both.ServerHandler.NextThreadContextEnded());
    }

    [Fact]
    public async Task Ends_of_thread_contexts_beyond_the_limit_are_dropped_and_counted()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, new SessionOptions { PendingAnswers = 3 }, wrap: Gate.Around(out var gate));
        gate.Close();
        peer.Session.Offer(new Offer { Application = "first", State = OfferState.Ready });
        await gate.Reached.WithDeadline();
        for (var index = 0; index < 5; index++)
        {
            peer.Session.EndThreadContext(Guid.NewGuid());
        }

        gate.Open();
        await peer.Next(Frame.KindOneofCase.Offer);
        Assert.Equal(3, (await peer.Rest()).Count(frame => frame.ThreadContextEnded is not null));
        Assert.Equal(2, peer.Session.Counters.Reached(SessionLimit.PendingAnswers));
    }

    [Fact]
    public void An_id_is_written_as_a_GUID_is_read()
    {
        var id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        Assert.Equal(Convert.FromHexString("00112233445566778899AABBCCDDEEFF"), WireId.ToBytes(id).ToByteArray());
        Assert.Equal(id, WireId.FromBytes(WireId.ToBytes(id)));
    }

    private static Exchange Open(Session session)
    {
        var call = Frames.Call(CallRules.MaxPath);
        call.Callable = new string('\u20ac', 128);
        Assert.Equal(OpenStatus.Opened, session.Open(call, new byte[16 * 1024], null, out var exchange));
        return exchange!;
    }

    private static Offer Offer(string name, OfferState state) =>
        new() { State = state, Callable = new Callable { Name = name, Kind = CallableKind.Async } };

    private static Frame Ending(Frame payload)
    {
        payload.Payload.Ended = EndedKind.Finished;
        return payload;
    }

    private static CallTarget Change(Action<CallTarget> change)
    {
        var call = Frames.Call(depth: 2);
        change(call);
        return call;
    }
}
