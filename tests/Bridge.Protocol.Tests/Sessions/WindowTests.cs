using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

public class WindowTests
{
    private static readonly SessionOptions Small = new() { WindowBytes = 8192, WebSocketWindowBytes = 4096 };

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_sender_stops_when_the_window_is_used_up_and_goes_on_with_credit(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), hello: Frames.Hello(hello => hello.Limits.WindowBytes = 8192));
        var exchange = await peer.OpenAccepted(peer.FirstId);
        var first = exchange.SendAsync(PayloadKind.Body, Frames.Bytes(5000).Memory, more: true).AsTask();
        Assert.True(first.IsCompletedSuccessfully);
        var second = exchange.SendAsync(PayloadKind.Body, Frames.Bytes(10_000).Memory, more: false).AsTask();
        Assert.False(second.IsCompleted);
        // 5064 are used; what is left is less than half of the window, and not worth a frame.
        Assert.Equal([5000], Lengths(await peer.Rest()));
        await peer.Send(Frames.Credit(peer.FirstId, 5064));
        Assert.Equal([8192 - 64], Lengths(await peer.Rest()));
        Assert.False(second.IsCompleted);
        await peer.Send(Frames.Credit(peer.FirstId, 8192));
        var last = await peer.Next(Frame.KindOneofCase.Payload);
        Assert.Equal((10_000 - 8128, false), (last.Payload.Data.Length, last.Payload.More));
        await second.WithDeadline();
    }

    [Fact]
    public async Task A_payload_is_cut_to_what_the_window_still_holds()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, hello: Frames.Hello(hello => hello.Limits.WindowBytes = 8192));
        var exchange = await peer.OpenAccepted(1);
        await exchange.SendAsync(PayloadKind.Body, Frames.Bytes(1000).Memory, more: true);
        _ = exchange.SendAsync(PayloadKind.Body, Frames.Bytes(10_000).Memory, more: true).AsTask();
        Assert.Equal([1000, 8192 - 1064 - 64], Lengths(await peer.Rest()));
    }

    [Fact]
    public async Task Empty_payloads_cost_the_window_too()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, hello: Frames.Hello(hello => hello.Limits.WindowBytes = 4096));
        var exchange = await peer.OpenAccepted(1);
        for (var sent = 0; sent < 4096 / 64; sent++)
        {
            Assert.True(exchange.SendAsync(PayloadKind.Event, default, more: false).AsTask().IsCompletedSuccessfully);
        }

        var beyond = exchange.SendAsync(PayloadKind.Event, default, more: false).AsTask();
        Assert.False(beyond.IsCompleted);
        Assert.Equal(64, (await peer.Rest()).Count);
        await peer.Send(Frames.Credit(1, 64));
        await beyond.WithDeadline();
    }

    [Fact]
    public async Task The_head_is_charged_to_the_window()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, hello: Frames.Hello(hello => hello.Limits.WindowBytes = 8192));
        var exchange = await peer.OpenFromTested(head: 4000);
        Assert.False(exchange.SendAsync(PayloadKind.Body, Frames.Bytes(4065).Memory, more: true).AsTask().IsCompleted);
        await peer.Rest();
        var other = await peer.OpenFromTested(head: 4000);
        Assert.True(other.SendAsync(PayloadKind.Body, Frames.Bytes(4064).Memory, more: true).AsTask().IsCompleted);
    }

    [Fact]
    public async Task A_websocket_has_its_own_window_in_both_directions()
    {
        var hello = Frames.Hello(hello => hello.Limits.WebsocketWindowBytes = 5000);
        var peer = await ScriptedPeer.Start(SessionRole.Server, Small, hello);
        var exchange = await peer.OpenAccepted(1, ConversationKind.Websocket);
        Assert.True(exchange.SendAsync(PayloadKind.Event, Frames.Bytes(4936).Memory, more: false).AsTask().IsCompleted);
        Assert.False(exchange.SendAsync(PayloadKind.Event, default, more: false).AsTask().IsCompleted);
        await peer.Next(Frame.KindOneofCase.Payload);
        await peer.Send(Frames.Event(1, 4096 - 64 + 1));
        Assert.Equal(ResetCode.Violation, (await peer.Next(Frame.KindOneofCase.Reset)).Reset.Code);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task More_than_the_window_is_a_violation_of_that_exchange_only(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), Small);
        var id = peer.FirstId;
        var full = await peer.OpenAccepted(id);
        var other = await peer.OpenAccepted(id + 2);
        await peer.Send(Frames.Body(id, 8192 - 64));
        Assert.Empty(await peer.Rest());
        await peer.Send(Frames.Body(id, 0), Frames.Body(id + 2, 5));
        var reset = await peer.Next(Frame.KindOneofCase.Reset);
        Assert.Equal((id, ResetCode.Violation), (reset.Exchange, reset.Reset.Code));
        Assert.Equal(1, peer.Session.Counters.Reached(SessionLimit.WindowBytes));
        Assert.Equal(ReceivedKind.End, (await full.ReceiveAsync().WithDeadline()).Kind);
        Assert.Equal((ExchangeEndingKind.Reset, false), (full.Ending!.Kind, full.Ending.ByPeer));
        Assert.Equal(5, (await other.ReceiveAsync().WithDeadline()).Data.Length);
    }

    [Fact]
    public async Task More_than_the_window_from_an_acceptor_is_a_violation()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, Small);
        var exchange = await peer.OpenFromTested();
        await peer.Send(Frames.Body(exchange.Id, 8128), Frames.Body(exchange.Id, 0));
        Assert.Equal(ResetCode.Violation, (await peer.Next(Frame.KindOneofCase.Reset)).Reset.Code);
        // The place is not free before the acceptor says that the application has returned.
        Assert.Equal(1, peer.Session.OpenedHere);
        await peer.Send(Frames.Ended(exchange.Id, EndedKind.Disconnected));
        await peer.Handler.NextOver();
        Assert.Equal((0, 0L), (peer.Session.OpenedHere, peer.Session.Counters.HeldBytes));
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task Credit_above_2_to_the_31_minus_1_is_a_violation(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), hello: Frames.Hello(hello => hello.Limits.WindowBytes = 8192));
        await peer.OpenAccepted(peer.FirstId);
        await peer.Send(Frames.Credit(peer.FirstId, int.MaxValue - 8192));
        Assert.Empty(await peer.Rest());
        await peer.Send(Frames.Credit(peer.FirstId, 1));
        Assert.Equal(ResetCode.Violation, (await peer.Next(Frame.KindOneofCase.Reset)).Reset.Code);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task Body_credit_comes_when_it_is_taken_and_is_worth_a_frame(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), Small);
        var id = peer.FirstId;
        var exchange = await peer.OpenAccepted(id);
        await peer.Send(Frames.Body(id, 3000), Frames.Body(id, 1000), Frames.Body(id, 10));
        var first = await exchange.ReceiveAsync().WithDeadline();
        var second = await exchange.ReceiveAsync().WithDeadline();
        Assert.Equal((3000, 1000), (first.Data.Length, second.Data.Length));
        Assert.Empty(await peer.Rest());
        exchange.Taken(first);
        Assert.Empty(await peer.Rest());
        exchange.Taken(second);
        Assert.Equal([(id, 4128u)], (await peer.Rest()).Select(frame => (frame.Exchange, frame.Credit)));
        Assert.Equal(74L, peer.Session.Counters.HeldBytes);
    }

    [Fact]
    public async Task Gathered_credit_rides_on_a_frame_that_goes_anyway()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, Small);
        var exchange = await peer.OpenAccepted(1);
        await peer.Send(Frames.Body(1, 100));
        exchange.Taken(await exchange.ReceiveAsync().WithDeadline());
        await exchange.SendAsync(PayloadKind.Body, Frames.Bytes(1).Memory, more: true);
        await exchange.SendAsync(PayloadKind.Body, Frames.Bytes(1).Memory, more: true);
        Assert.Equal([164u, 0u], (await peer.Rest()).Select(frame => frame.Credit));
    }

    [Fact]
    public async Task Before_it_is_accepted_only_the_head_is_credited()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, Small);
        await peer.Send(Frames.Open(1, 4032), Frames.Event(1, 3000, more: true));
        Assert.Equal([4096u], (await peer.Rest()).Select(frame => frame.Credit));
        var exchange = await peer.Handler.NextToAccept();
        Assert.Throws<InvalidOperationException>(() => { _ = exchange.ReceiveAsync().AsTask(); });
        exchange.Accept();
        Assert.Equal(3064u, (await peer.Next(Frame.KindOneofCase.Accepted)).Credit);
    }

    [Fact]
    public async Task An_event_larger_than_a_window_is_credited_while_it_is_joined()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, Small);
        var exchange = await peer.OpenAccepted(1);
        for (var part = 0; part < 5; part++)
        {
            await peer.Send(Frames.Event(1, 6000, more: true));
            Assert.Equal(6064u, (await peer.Next(Frame.KindOneofCase.None)).Credit);
        }

        Assert.Equal(30_000L, peer.Session.Counters.JoinedBytes);
        await peer.Send(Frames.Event(1, 1));
        var received = await exchange.ReceiveAsync().WithDeadline();
        Assert.Equal((ReceivedKind.Event, 30_001), (received.Kind, received.Data.Length));
        byte[] expected = [.. Enumerable.Repeat(Frames.Bytes(6000), 5).SelectMany(bytes => bytes), 0];
        Assert.True(received.Data.Span.SequenceEqual(expected));
        Assert.Equal((0L, 0L), (peer.Session.Counters.JoinedBytes, peer.Session.Counters.HeldBytes));
    }

    [Fact]
    public async Task An_event_behind_one_that_is_not_taken_gets_no_credit_until_it_is()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, Small);
        var exchange = await peer.OpenAccepted(1);
        await peer.Send(Frames.Event(1, 10), Frames.Event(1, 7000, more: true));
        Assert.Empty(await peer.Rest());
        await exchange.ReceiveAsync().WithDeadline();
        Assert.Equal([7064u + 74u], (await peer.Rest()).Select(frame => frame.Credit));
    }

    [Fact]
    public async Task Events_are_credited_when_they_are_taken()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, Small);
        var exchange = await peer.OpenAccepted(1);
        await peer.Send(Frames.Event(1, 4032), Frames.Event(1, 3000));
        Assert.Empty(await peer.Rest());
        await exchange.ReceiveAsync().WithDeadline();
        Assert.Equal([4096u], (await peer.Rest()).Select(frame => frame.Credit));
    }

    [Fact]
    public async Task An_event_that_the_peer_does_not_take_raises_in_send_and_nothing_goes()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, hello: Frames.Hello(hello => hello.Limits.EventBytes = 1000));
        var exchange = await peer.OpenAccepted(1);
        var error = await Assert.ThrowsAsync<EventTooLargeException>(
            () => exchange.SendAsync(PayloadKind.Event, new byte[1001], more: false).AsTask());
        Assert.Equal((1001, 1000), (error.Length, error.Limit));
        await exchange.SendAsync(PayloadKind.Event, new byte[1000], more: false);
        await exchange.SendAsync(PayloadKind.Body, new byte[5000], more: false);
        Assert.Equal([1000, 5000], Lengths(await peer.Rest()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_event_beyond_the_limit_resets_its_exchange(bool inParts)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, new SessionOptions { EventBytes = 1000 });
        var exchange = await peer.OpenAccepted(1);
        await peer.Send(Frames.Event(1, 1000));
        Assert.Equal(1000, (await exchange.ReceiveAsync().WithDeadline()).Data.Length);
        await peer.Send(inParts ? [Frames.Event(1, 999, more: true), Frames.Event(1, 2)] : [Frames.Event(1, 1001)]);
        Assert.Equal(ResetCode.TooLarge, (await peer.Next(Frame.KindOneofCase.Reset)).Reset.Code);
        Assert.Equal(1, peer.Session.Counters.Reached(SessionLimit.EventBytes));
        Assert.Equal(0L, peer.Session.Counters.JoinedBytes);
    }

    [Fact]
    public async Task Events_joined_or_not_taken_are_bounded_for_the_session()
    {
        var options = new SessionOptions { HeadBytes = 1000, EventBytes = 2000, JoinedBytes = 3000 };
        var peer = await ScriptedPeer.Start(SessionRole.Server, options);
        var first = await peer.OpenAccepted(1);
        await peer.OpenAccepted(3);
        await peer.Send(Frames.Event(1, 1000, more: true), Frames.Event(1, 1000), Frames.Event(3, 1000, more: true));
        Assert.Empty(await peer.Rest());
        await peer.Send(Frames.Event(3, 1));
        var reset = await peer.Next(Frame.KindOneofCase.Reset);
        Assert.Equal((3ul, ResetCode.TooLarge), (reset.Exchange, reset.Reset.Code));
        Assert.Equal(1, peer.Session.Counters.Reached(SessionLimit.JoinedBytes));
        Assert.Equal(2000L, peer.Session.Counters.JoinedBytes);
        await first.ReceiveAsync().WithDeadline();
        Assert.Equal(0L, peer.Session.Counters.JoinedBytes);
    }

    [Fact]
    public async Task Many_tiny_parts_of_an_event_are_joined()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        var exchange = await peer.OpenAccepted(1);
        for (var batch = 0; batch < 20; batch++)
        {
            await peer.Send([.. Enumerable.Range(0, 40).Select(part => Frames.Event(1, part % 3, more: true))]);
        }

        await peer.Send(Frames.Event(1, 0));
        Assert.Equal(20 * 39, (await exchange.ReceiveAsync().WithDeadline()).Data.Length);
    }

    private static IEnumerable<int> Lengths(IEnumerable<Frame> frames) => frames.Select(frame => frame.Payload.Data.Length);
}
