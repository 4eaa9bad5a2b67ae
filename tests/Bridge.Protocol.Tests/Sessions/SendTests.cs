using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

public class SendTests
{
    private static Hello SmallWindow => Frames.Hello(hello => hello.Limits.WindowBytes = 8192);

    [Fact]
    public async Task The_callers_memory_is_its_own_again_after_the_send()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, hello: SmallWindow, wrap: Gate.Around(out var gate));
        var exchange = await peer.OpenAccepted(1);
        gate.Close();
        var buffer = Frames.Bytes(3000).ToByteArray();
        await exchange.SendAsync(PayloadKind.Body, buffer, more: true);
        await gate.Reached.WithDeadline();
        Array.Clear(buffer);
        gate.Open();
        Assert.Equal(Frames.Bytes(3000), (await peer.Next(Frame.KindOneofCase.Payload)).Payload.Data);

        // The same where the send has to wait and the writer cuts it.
        var large = Frames.Bytes(12_000).ToByteArray();
        var sending = exchange.SendAsync(PayloadKind.Body, large, more: true).AsTask();
        var first = await peer.Next(Frame.KindOneofCase.Payload);
        gate.Close();
        await peer.Send(Frames.Credit(1, 1_000_000));
        await sending.WithDeadline();
        await gate.Reached.WithDeadline();
        Array.Clear(large);
        gate.Open();
        var second = await peer.Next(Frame.KindOneofCase.Payload);
        Assert.Equal(Frames.Bytes(12_000), Google.Protobuf.ByteString.CopyFrom([.. first.Payload.Data, .. second.Payload.Data]));
    }

    [Fact]
    public async Task A_wait_that_is_given_up_before_a_part_has_gone_is_as_if_never_sent()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, hello: SmallWindow);
        var exchange = await peer.OpenAccepted(1);
        await exchange.SendAsync(PayloadKind.Body, new byte[8128], more: true);
        using var cancel = new CancellationTokenSource();
        var sending = exchange.SendAsync(PayloadKind.Event, new byte[10], more: false, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithDeadline());
        Assert.False(exchange.HasHole);
        var again = exchange.SendAsync(PayloadKind.Body, new byte[20], more: false).AsTask();
        await peer.Send(Frames.Credit(1, 8192));
        await again.WithDeadline();
        Assert.Equal([8128, 20], (await peer.Rest()).Select(frame => frame.Payload.Data.Length));
    }

    [Fact]
    public async Task A_wait_that_is_given_up_half_way_leaves_a_hole_that_nothing_can_follow()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, hello: SmallWindow);
        var exchange = await peer.OpenAccepted(1);
        using var cancel = new CancellationTokenSource();
        var sending = exchange.SendAsync(PayloadKind.Event, new byte[20_000], more: false, cancel.Token).AsTask();
        await peer.Next(Frame.KindOneofCase.Payload);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WithDeadline());
        Assert.True(exchange.HasHole);
        await Assert.ThrowsAsync<IncompleteSendException>(() => exchange.SendAsync(PayloadKind.Body, new byte[1], more: false).AsTask());
        await peer.Send(Frames.Credit(1, 8192));
        exchange.End(EndedKind.Finished, "The response has a hole.");
        Assert.Equal([Frame.KindOneofCase.Ended], (await peer.Rest()).Select(frame => frame.KindCase));
    }

    [Fact]
    public async Task A_cancelled_token_sends_and_receives_nothing()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        var exchange = await peer.OpenAccepted(1);
        await peer.Send(Frames.Body(1, 5));
        await peer.Rest();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exchange.SendAsync(PayloadKind.Body, new byte[1], false, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exchange.ReceiveAsync(cancelled).AsTask());
        Assert.Equal(5, (await exchange.ReceiveAsync().WithDeadline()).Data.Length);
        Assert.Empty(await peer.Rest());
    }

    [Fact]
    public async Task A_receive_that_is_given_up_loses_nothing()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        var exchange = await peer.OpenAccepted(1);
        using var cancel = new CancellationTokenSource();
        var receiving = exchange.ReceiveAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving.WithDeadline());
        await peer.Send(Frames.Body(1, 5));
        Assert.Equal(5, (await exchange.ReceiveAsync().WithDeadline()).Data.Length);
    }

    [Fact]
    public async Task One_send_and_one_receive_run_at_a_time()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, hello: SmallWindow);
        var exchange = await peer.OpenAccepted(1);
        var sending = exchange.SendAsync(PayloadKind.Body, new byte[9000], more: true).AsTask();
        Assert.Throws<InvalidOperationException>(() => { _ = exchange.SendAsync(PayloadKind.Body, new byte[1], more: true).AsTask(); });
        var receiving = exchange.ReceiveAsync().AsTask();
        Assert.Throws<InvalidOperationException>(() => { _ = exchange.ReceiveAsync().AsTask(); });
        await peer.Send(Frames.Credit(1, 8192), Frames.Body(1, 3));
        await sending.WithDeadline();
        Assert.Equal(3, (await receiving.WithDeadline()).Data.Length);
    }

    [Fact]
    public async Task Only_whole_events_and_bodies_are_sent()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server);
        var exchange = await peer.OpenAccepted(1);
        Assert.Throws<ArgumentException>(() => { _ = exchange.SendAsync(PayloadKind.Head, default, more: false).AsTask(); });
        Assert.Throws<ArgumentException>(() => { _ = exchange.SendAsync(PayloadKind.Event, default, more: true).AsTask(); });
    }

    [Fact]
    public async Task What_a_refused_exchange_had_sent_can_be_sent_elsewhere()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, hello: SmallWindow);
        var refused = await peer.OpenFromTested();
        await refused.SendAsync(PayloadKind.Event, Frames.Bytes(100).Memory, more: false);
        await refused.SendAsync(PayloadKind.Body, Frames.Bytes(2000).Memory, more: true);
        var failing = refused.SendAsync(PayloadKind.Body, Frames.Bytes(10_000).Memory, more: false).AsTask();
        Assert.Equal(3, (await peer.Rest()).Count);
        await peer.Send(Frames.Refused(refused.Id));
        await Assert.ThrowsAsync<ExchangeEndedException>(() => failing.WithDeadline());

        var elsewhere = await peer.OpenFromTested();
        foreach (var payload in refused.TakeRetained())
        {
            await elsewhere.SendOwnedAsync(payload.Kind, payload.Data, payload.More);
        }

        Assert.Empty(refused.TakeRetained());
        Assert.Equal(
            [(PayloadKind.Event, Frames.Bytes(100), false), (PayloadKind.Body, Frames.Bytes(2000), true)],
            (await peer.Rest()).Select(frame => (frame.Payload.Kind, frame.Payload.Data, frame.Payload.More)));
    }

    [Theory]
    [InlineData(PayloadKind.Event, false)]
    [InlineData(PayloadKind.Event, true)]
    [InlineData(PayloadKind.Body, false)]
    [InlineData(PayloadKind.Body, true)]
    public async Task What_had_to_wait_for_the_heads_credit_is_kept_too(PayloadKind kind, bool owned)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client, hello: SmallWindow);
        var refused = await peer.OpenFromTested(head: 5000);
        var buffer = Frames.Bytes(7000).ToByteArray();
        var sending = owned
            ? refused.SendOwnedAsync(kind, buffer, more: false).AsTask()
            : refused.SendAsync(kind, buffer, more: false).AsTask();
        Assert.False(sending.IsCompleted);
        await peer.Send(Frames.Credit(refused.Id, 5064));
        await sending.WithDeadline();
        if (!owned)
        {
            Array.Clear(buffer);
        }

        await peer.Send(Frames.Refused(refused.Id));
        await peer.Handler.NextOver();
        var retained = refused.TakeRetained();
        Assert.All(retained, payload => Assert.Equal(kind, payload.Kind));
        Assert.Equal(Frames.Bytes(7000), Google.Protobuf.ByteString.CopyFrom([.. retained.SelectMany(payload => payload.Data.ToArray())]));
        Assert.False(retained[^1].More);
        Assert.True(kind == PayloadKind.Body || retained.Count == 1);
    }

    [Theory]
    [InlineData("accepted")]
    [InlineData("payload")]
    [InlineData("reset")]
    [InlineData("ended")]
    public async Task Nothing_is_kept_of_an_exchange_that_was_accepted(string by)
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        var exchange = await peer.OpenFromTested();
        await exchange.SendAsync(PayloadKind.Body, new byte[100], more: true);
        await peer.Rest();
        await peer.Send(by switch
        {
            "accepted" => Frames.Accepted(1),
            "payload" => Frames.Body(1, 1),
            "reset" => Frames.Reset(1),
            _ => Frames.Ended(1),
        });
        await peer.Rest();
        Assert.Empty(exchange.TakeRetained());
        Assert.NotEqual("reset" == by, exchange.IsAccepted);
    }
}
