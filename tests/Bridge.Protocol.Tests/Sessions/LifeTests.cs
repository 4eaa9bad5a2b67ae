using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

public class LifeTests
{
    [Theory]
    [ClassData(typeof(Roles))]
    public async Task Accepted_is_said_once_and_first(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        var exchange = await peer.OpenAccepted(peer.FirstId);
        Assert.True(exchange.Accept());
        exchange.End(EndedKind.Finished, "left out");
        var ended = Assert.Single(await peer.Rest());
        Assert.Equal((EndedKind.Finished, "left out"), (ended.Ended.Kind, ended.Ended.Reason));
        Assert.Equal(0, peer.Session.OpenedByPeer);
    }

    [Fact]
    public async Task The_first_payload_and_the_end_imply_accepted()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.Send(Frames.Open(1), Frames.Open(3));
        var one = await peer.Handler.NextToAccept();
        await one.SendAsync(PayloadKind.Event, new byte[1], more: false);
        var two = await peer.Handler.NextToAccept();
        two.End(EndedKind.Failed, "broke");
        Assert.True(one.IsAccepted && two.IsAccepted);
        Assert.Equal([Frame.KindOneofCase.Payload, Frame.KindOneofCase.Ended], (await peer.Rest()).Select(frame => frame.KindCase).Order());
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task Refused_comes_instead_of_everything_else(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        await peer.Send(Frames.Open(peer.FirstId), Frames.Body(peer.FirstId, 100));
        var exchange = await peer.Handler.NextToAccept();
        exchange.Refuse(RefusedCode.NotFound, "No such application.");
        var frame = await peer.Next(Frame.KindOneofCase.Refused);
        Assert.Equal((RefusedCode.NotFound, "No such application."), (frame.Refused.Code, frame.Refused.Reason));
        Assert.False(exchange.Accept());
        await Assert.ThrowsAsync<ExchangeEndedException>(() => exchange.SendAsync(PayloadKind.Body, new byte[1], more: false).AsTask());
        exchange.End(EndedKind.Finished);
        Assert.Empty(await peer.Rest());
        Assert.Equal((0, 0L), (peer.Session.OpenedByPeer, peer.Session.Counters.HeldBytes));
    }

    [Fact]
    public async Task Only_an_acceptor_that_has_not_accepted_refuses()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        var accepted = await peer.OpenAccepted(1);
        Assert.Throws<InvalidOperationException>(() => accepted.Refuse(RefusedCode.NotFound, ""));
        var opened = await peer.OpenFromTested();
        Assert.Throws<InvalidOperationException>(() => opened.Refuse(RefusedCode.NotFound, ""));
        Assert.Throws<InvalidOperationException>(() => opened.Accept());
        Assert.Throws<InvalidOperationException>(() => opened.End(EndedKind.Finished));
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task An_opener_sees_a_refusal_everywhere(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        var exchange = await peer.OpenFromTested();
        var receiving = exchange.ReceiveAsync().AsTask();
        var sending = exchange.SendAsync(PayloadKind.Body, new byte[100_000], more: true).AsTask();
        await peer.Send(Frames.Refused(exchange.Id, RefusedCode.Draining, "Not now."));
        Assert.Equal(ReceivedKind.End, (await receiving.WithDeadline()).Kind);
        var error = await Assert.ThrowsAsync<ExchangeEndedException>(() => sending.WithDeadline());
        Assert.Same(exchange.Ending, error.Ending);
        Assert.Equal((ExchangeEndingKind.Refused, RefusedCode.Draining, "Not now.", true), (error.Ending.Kind, error.Ending.RefusedCode, error.Ending.Reason, error.Ending.MayGoElsewhere));
        Assert.False(exchange.IsAccepted);
        Assert.Same(exchange, await peer.Handler.NextOver());
    }

    [Fact]
    public async Task A_refusal_after_accepted_is_a_violation_and_the_end_all_the_same()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        var exchange = await peer.OpenFromTested();
        await peer.Send(Frames.Accepted(1), Frames.Refused(1));
        await peer.Handler.NextOver();
        Assert.Equal((ExchangeEndingKind.Reset, ResetCode.Violation, false), (exchange.Ending!.Kind, exchange.Ending.ResetCode, exchange.Ending.MayGoElsewhere));
        Assert.Empty(await peer.Rest());
    }

    [Fact]
    public async Task Ended_goes_after_all_that_was_sent()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        var exchange = await peer.OpenAccepted(1);
        await exchange.SendAsync(PayloadKind.Body, new byte[40_000], more: false);
        exchange.End(EndedKind.Finished);
        Assert.Equal(ReceivedKind.End, (await exchange.ReceiveAsync().WithDeadline()).Kind);
        Assert.Equal(
            [Frame.KindOneofCase.Payload, Frame.KindOneofCase.Payload, Frame.KindOneofCase.Payload, Frame.KindOneofCase.Ended],
            (await peer.Rest()).Select(frame => frame.KindCase));
    }

    [Fact]
    public async Task What_came_before_ended_can_still_be_received()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        var exchange = await peer.OpenFromTested();
        await peer.Send(Frames.Event(1, 5), Frames.Body(1, 7, more: false), Frames.Event(1, 7, more: true), Frames.Ended(1, EndedKind.Failed));
        await peer.Handler.NextOver();
        Assert.Equal((ExchangeEndingKind.Ended, EndedKind.Failed, true), (exchange.Ending!.Kind, exchange.Ending.EndedKind, exchange.Ending.ByPeer));
        await Assert.ThrowsAsync<ExchangeEndedException>(() => exchange.SendAsync(PayloadKind.Body, new byte[1], more: false).AsTask());
        Assert.Equal((ReceivedKind.Event, 5), Head(await exchange.ReceiveAsync().WithDeadline()));
        var body = await exchange.ReceiveAsync().WithDeadline();
        Assert.Equal((ReceivedKind.Body, 7), Head(body));
        Assert.Equal(ReceivedKind.End, (await exchange.ReceiveAsync().WithDeadline()).Kind);
        exchange.Taken(body);
        Assert.Empty(await peer.Rest());
        Assert.Equal((0L, 0L), (peer.Session.Counters.HeldBytes, peer.Session.Counters.JoinedBytes));
        static (ReceivedKind Kind, int Length) Head(Received received) => (received.Kind, received.Data.Length);
    }

    [Fact]
    public async Task An_opener_that_is_not_interested_lets_go_what_came()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        var exchange = await peer.OpenFromTested();
        await peer.Send(Frames.Event(1, 5), Frames.Ended(1));
        await peer.Handler.NextOver();
        exchange.Reset(ResetCode.Gone, "gone");
        Assert.Equal(ExchangeEndingKind.Ended, exchange.Ending!.Kind);
        Assert.Equal(0L, peer.Session.Counters.HeldBytes);
        Assert.Empty(await peer.Rest());
    }

    [Theory]
    [InlineData((EndedKind)0)]
    [InlineData((EndedKind)77)]
    public async Task An_unknown_ending_counts_as_failed(EndedKind kind)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        var exchange = await peer.OpenFromTested();
        await peer.Send(Frames.Ended(1, kind));
        await peer.Handler.NextOver();
        Assert.Equal(EndedKind.Failed, exchange.Ending!.EndedKind);
    }

    [Fact]
    public async Task Unknown_codes_count_as_the_most_general_ones()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        var refused = await peer.OpenFromTested();
        var broken = await peer.OpenFromTested();
        await peer.Send(Frames.Refused(1, (RefusedCode)99), Frames.Reset(3, (ResetCode)99));
        await peer.Rest();
        Assert.Equal((RefusedCode.Overloaded, ResetCode.Gone), (refused.Ending!.RefusedCode, broken.Ending!.ResetCode));
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task An_openers_reset_overtakes_its_data_and_keeps_the_place_until_ended(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), wrap: Gate.Around(out var gate));
        var exchange = await peer.OpenFromTested();
        gate.Close();
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Ready });
        await gate.Reached.WithDeadline();
        await exchange.SendAsync(PayloadKind.Body, new byte[50_000], more: true);
        var sending = exchange.SendAsync(PayloadKind.Body, new byte[50_000], more: true).AsTask();
        var receiving = exchange.ReceiveAsync().AsTask();
        exchange.Reset(ResetCode.TimedOut, "Too slow.", new ReceiveEvent { HttpDisconnect = new HttpDisconnect() });
        Assert.Equal(ReceivedKind.End, (await receiving.WithDeadline()).Kind);
        var error = await Assert.ThrowsAsync<ExchangeEndedException>(() => sending.WithDeadline());
        Assert.Equal((ExchangeEndingKind.Reset, ResetCode.TimedOut, false), (error.Ending.Kind, error.Ending.ResetCode, error.Ending.ByPeer));
        exchange.Reset(ResetCode.Gone, "again");
        gate.Open();
        await peer.Next(Frame.KindOneofCase.Offer);
        var reset = Assert.Single(await peer.Rest()).Reset;
        Assert.Equal((ResetCode.TimedOut, "Too slow.", ReceiveEvent.KindOneofCase.HttpDisconnect), (reset.Code, reset.Reason, reset.Event.KindCase));

        await peer.Send(Frames.Body(exchange.Id, 10_000), Frames.Credit(exchange.Id, 5));
        Assert.Empty(await peer.Rest());
        Assert.Equal((1, 2L, 0L), (peer.Session.OpenedHere, peer.Session.Counters.LateFrames, peer.Session.Counters.HeldBytes));
        await peer.Send(Frames.Ended(exchange.Id, EndedKind.Disconnected));
        await peer.Handler.NextOver();
        Assert.Equal((0, ExchangeEndingKind.Reset), (peer.Session.OpenedHere, exchange.Ending!.Kind));
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_reset_from_the_opener_reaches_the_application_before_its_data(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), hello: Frames.Hello(hello => hello.Limits.WindowBytes = 8192));
        var id = peer.FirstId;
        var exchange = await peer.OpenAccepted(id);
        var sending = exchange.SendAsync(PayloadKind.Body, new byte[50_000], more: true).AsTask();
        var disconnect = new ReceiveEvent { WebsocketDisconnect = new WebSocketDisconnect() };
        await peer.Send(Frames.Body(id, 100), Frames.Event(id, 100, more: true), Frames.Reset(id, ResetCode.Gone, disconnect));
        await Assert.ThrowsAsync<ExchangeEndedException>(() => sending.WithDeadline());
        Assert.Equal(ReceivedKind.End, (await exchange.ReceiveAsync().WithDeadline()).Kind);
        Assert.Equal((ExchangeEndingKind.Reset, ResetCode.Gone, true, disconnect), (exchange.Ending!.Kind, exchange.Ending.ResetCode, exchange.Ending.ByPeer, exchange.Ending.Event));
        await Assert.ThrowsAsync<ExchangeEndedException>(() => exchange.SendAsync(PayloadKind.Event, new byte[1], more: false).AsTask());
        Assert.Equal((1, 0L, 0L), (peer.Session.OpenedByPeer, peer.Session.Counters.HeldBytes, peer.Session.Counters.JoinedBytes));
        await peer.Rest();
        exchange.End(EndedKind.Disconnected);
        Assert.Equal(EndedKind.Disconnected, Assert.Single(await peer.Rest()).Ended.Kind);
        Assert.Equal(0, peer.Session.OpenedByPeer);
    }

    [Fact]
    public async Task A_reset_before_the_exchange_is_accepted_is_answered_at_once()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.Send(Frames.Open(1));
        var exchange = await peer.Handler.NextToAccept();
        await peer.Send(Frames.Reset(1));
        Assert.Equal(EndedKind.Disconnected, (await peer.Next(Frame.KindOneofCase.Ended)).Ended.Kind);
        Assert.False(exchange.Accept());
        exchange.Refuse(RefusedCode.NotFound, "");
        Assert.Empty(await peer.Rest());
        Assert.Equal(0, peer.Session.OpenedByPeer);
    }

    [Fact]
    public async Task A_reset_while_the_head_is_being_joined_is_answered_at_once()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.Send(Frames.Open(1, more: true), Frames.Reset(1));
        await peer.Next(Frame.KindOneofCase.Ended);
        Assert.Equal((0, 0L), (peer.Session.OpenedByPeer, peer.Session.Counters.JoinedBytes));
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task An_acceptors_reset_is_followed_by_ended_alone(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), hello: Frames.Hello(hello => hello.Limits.WindowBytes = 8192));
        var exchange = await peer.OpenAccepted(peer.FirstId);
        var sending = exchange.SendAsync(PayloadKind.Body, new byte[50_000], more: true).AsTask();
        await peer.Rest();
        exchange.Reset(ResetCode.TimedOut, "Does not end.");
        await Assert.ThrowsAsync<ExchangeEndedException>(() => sending.WithDeadline());
        await peer.Next(Frame.KindOneofCase.Reset);
        // The opener's own reset may cross it.
        await peer.Send(Frames.Credit(peer.FirstId, 8192), Frames.Reset(peer.FirstId));
        Assert.Empty(await peer.Rest());
        Assert.Equal(1, peer.Session.OpenedByPeer);
        exchange.End(EndedKind.Disconnected);
        await peer.Next(Frame.KindOneofCase.Ended);
        Assert.Equal(0, peer.Session.OpenedByPeer);
    }

    [Fact]
    public async Task Accepted_is_not_said_after_a_reset()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, wrap: Gate.Around(out var gate));
        await peer.Send(Frames.Open(1));
        var exchange = await peer.Handler.NextToAccept();
        gate.Close();
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Ready });
        await gate.Reached.WithDeadline();
        exchange.Accept();
        exchange.Reset(ResetCode.Stopping, "Stops.");
        gate.Open();
        await peer.Next(Frame.KindOneofCase.Offer);
        await peer.Next(Frame.KindOneofCase.Reset);
        // Another turn of control frames.
        exchange.Reset(ResetCode.Stopping, "Again.");
        Assert.Empty(await peer.Rest());
    }

    [Fact]
    public async Task An_opener_that_reads_a_reset_drops_what_came_and_waits_for_ended()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        var exchange = await peer.OpenFromTested();
        await peer.Send(Frames.Body(1, 100), Frames.Reset(1, ResetCode.Stopping));
        Assert.Empty(await peer.Rest());
        Assert.Equal(ReceivedKind.End, (await exchange.ReceiveAsync().WithDeadline()).Kind);
        Assert.Equal((ExchangeEndingKind.Reset, ResetCode.Stopping, true, 1), (exchange.Ending!.Kind, exchange.Ending.ResetCode, exchange.Ending.ByPeer, peer.Session.OpenedHere));
        exchange.Reset(ResetCode.Gone, "too late to say");
        await peer.Send(Frames.Ended(1));
        await peer.Handler.NextOver();
        Assert.Empty(await peer.Rest());
    }

    [Fact]
    public async Task A_reset_lets_an_ending_acceptor_drop_its_data()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, wrap: Gate.Around(out var gate));
        var exchange = await peer.OpenAccepted(1);
        gate.Close();
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Ready });
        await gate.Reached.WithDeadline();
        await exchange.SendAsync(PayloadKind.Body, new byte[50_000], more: false);
        exchange.End(EndedKind.Finished);
        // The second frame tells that the first has been handled.
        await peer.Send(Frames.Reset(1), new Frame { Drain = new Drain() });
        await peer.Handler.Drain;
        gate.Open();
        await peer.Next(Frame.KindOneofCase.Offer);
        Assert.Equal([Frame.KindOneofCase.Ended], (await peer.Rest()).Select(frame => frame.KindCase));
    }

    public static TheoryData<string, Frame[]> OutOfOrder => new()
    {
        { "a head after the head", [Frames.Payload(1, PayloadKind.Head, 1)] },
        { "a body within an event", [Frames.Event(1, 1, more: true), Frames.Body(1, 1)] },
        { "accepted from the opener", [Frames.Accepted(1)] },
        { "refused from the opener", [Frames.Refused(1)] },
        { "ended from the opener", [Frames.Ended(1)] },
    };

    [Theory]
    [MemberData(nameof(OutOfOrder))]
    public async Task Frames_out_of_order_from_an_opener_are_a_violation(string what, Frame[] frames)
    {
        Assert.NotEmpty(what);
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.OpenAccepted(1);
        await peer.Send(frames);
        Assert.Equal(ResetCode.Violation, (await peer.Next(Frame.KindOneofCase.Reset)).Reset.Code);
        // The session goes on.
        await peer.OpenAccepted(3);
    }

    [Theory]
    [InlineData(PayloadKind.Event)]
    [InlineData(PayloadKind.Body)]
    public async Task Data_before_the_end_of_the_head_is_refused(PayloadKind kind)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        await peer.Send(Frames.Open(1, more: true), Frames.Payload(1, kind, 1));
        Assert.Equal(RefusedCode.InvalidHead, (await peer.Next(Frame.KindOneofCase.Refused)).Refused.Code);
        Assert.Equal((0, 0L, 0L), (peer.Session.OpenedByPeer, peer.Session.Counters.HeldBytes, peer.Session.Counters.JoinedBytes));
    }

    [Fact]
    public async Task A_head_from_an_acceptor_is_a_violation()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        await peer.OpenFromTested();
        await peer.Send(Frames.Payload(1, PayloadKind.Head, 1));
        Assert.Equal(ResetCode.Violation, (await peer.Next(Frame.KindOneofCase.Reset)).Reset.Code);
    }

    [Fact]
    public async Task Long_sentences_are_cut_and_a_large_event_of_a_reset_stays_here()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        var exchange = await peer.OpenFromTested();
        var disconnect = new ReceiveEvent { Custom = new CustomEvent { Type = new string('t', 4096) } };
        exchange.Reset(ResetCode.Gone, new string('ä', 3000), disconnect);
        var reset = (await peer.Next(Frame.KindOneofCase.Reset)).Reset;
        Assert.Equal((2046 + 3, true, null), (reset.Reason.Length, reset.Reason.EndsWith("ä...", StringComparison.Ordinal), reset.Event));
        Assert.Equal(1, peer.Session.Counters.Reached(SessionLimit.ResetEventBytes));
    }

    [Fact]
    public async Task An_acceptor_that_throws_ends_its_exchange_as_failed()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        peer.Handler.OnAccept = _ => throw new InvalidOperationException("broken");
        await peer.Send(Frames.Open(1));
        var ended = (await peer.Next(Frame.KindOneofCase.Ended)).Ended;
        Assert.Equal((EndedKind.Failed, "The acceptor failed: broken"), (ended.Kind, ended.Reason));
    }
}
