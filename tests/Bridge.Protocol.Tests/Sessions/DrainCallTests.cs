using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>The calls that a session still takes although it drains: those that something needs which the sender of the drain has opened.</summary>
public class DrainCallTests
{
    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_peer_that_drains_takes_the_calls_of_a_call_that_it_has_opened_and_ends_when_all_are_over(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        var running = Call();
        var own = await OpenFromTested(peer, running);
        var ping = await DrainAsync(peer);

        var id = peer.FirstId;
        await peer.Send(Frames.OpenCall(id, call: Call(running.Path[^1].Call)), Frames.OpenCall(id + 2, call: Call(Id(), running.Path[^1].Call, Id())));
        var child = await peer.Handler.NextToAccept();
        var deeper = await peer.Handler.NextToAccept();
        await peer.Send(new Frame { Pong = new Pong { Number = ping } }, Frames.Ended(own.Id));
        Assert.Empty(await peer.Rest());

        child.EndWith(default, EndedKind.Finished);
        deeper.EndWith(default, EndedKind.Finished);
        Assert.Equal(SessionEndingKind.Goodbye, (await peer.NextGoodbye(GoodbyeCode.Done)).Kind);
        Assert.Equal(ExchangeEndingKind.Ended, own.Ending!.Kind);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_peer_that_drains_refuses_every_other_call(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        var id = peer.FirstId;
        var (over, theirs) = (Call(), Call());
        var ended = await OpenFromTested(peer, over);
        await peer.Send(Frames.Ended(ended.Id), Frames.OpenCall(id, call: theirs));
        Assert.True((await peer.Handler.NextToAccept()).Accept());
        await peer.Next(Frame.KindOneofCase.Accepted);
        var running = Call();
        await OpenFromTested(peer, running);
        await DrainAsync(peer);

        CallTarget[] others =
        [
            Call(),
            Call(Id()),
            Call(over.Path[^1].Call),
            Call(theirs.Path[^1].Call),
            // Only its own id is one that is open.
            new() { Callable = "add", Path = { Step(Id()), Step(running.Path[^1].Call) } },
        ];
        foreach (var call in others)
        {
            await peer.Send(Frames.OpenCall(id += 2, call: call));
            Assert.Equal(RefusedCode.Draining, (await peer.Next(Frame.KindOneofCase.Refused)).Refused.Code);
        }

        await peer.Send(Frames.Open(id + 2));
        Assert.Equal(RefusedCode.Draining, (await peer.Next(Frame.KindOneofCase.Refused)).Refused.Code);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_peer_that_drains_takes_first_calls_while_an_instance_runs_that_it_has_opened(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        var id = peer.FirstId;
        var instance = await peer.OpenFromTested();
        await DrainAsync(peer);

        await peer.Send(Frames.OpenCall(id, call: Call()), Frames.OpenCall(id + 2, call: Call(Id())), Frames.Open(id + 4));
        var taken = await peer.Handler.NextToAccept();
        Assert.Equal(id, taken.Id);
        Assert.Equal([id + 2, id + 4], (await peer.Rest()).Select(frame => frame.Refused is null ? 0 : frame.Exchange));
        await peer.Send(Frames.Ended(instance.Id), Frames.OpenCall(id + 6, call: Call()));
        Assert.Equal(id + 6, (await peer.Next(Frame.KindOneofCase.Refused)).Exchange);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task An_instance_of_the_other_side_lets_no_call_in(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        await peer.OpenAccepted(peer.FirstId);
        await DrainAsync(peer);

        await peer.Send(Frames.OpenCall(peer.FirstId + 2, call: Call()));
        Assert.Equal(RefusedCode.Draining, (await peer.Next(Frame.KindOneofCase.Refused)).Refused.Code);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task At_a_peer_that_drains_only_the_calls_of_what_it_has_opened_are_opened(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        var id = peer.FirstId;
        var (theirs, own) = (Call(), Call());
        await peer.Send(Frames.OpenCall(id, call: theirs));
        var running = await peer.Handler.NextToAccept();
        Assert.True(running.Accept());
        await peer.Next(Frame.KindOneofCase.Accepted);
        await OpenFromTested(peer, own);
        await peer.Send(new Frame { Drain = new Drain { Reason = "Restart." } });
        await peer.Handler.Drain;

        Assert.Equal(OpenStatus.Draining, peer.Session.Open(Call(), default, null, out _));
        Assert.Equal(OpenStatus.Draining, peer.Session.Open(Call(own.Path[^1].Call), default, null, out _));
        var child = Call(theirs.Path[^1].Call);
        await OpenFromTested(peer, child);
        await peer.Send(Frames.Open(id + 2));
        Assert.True((await peer.Handler.NextToAccept()).Accept());
        await peer.Next(Frame.KindOneofCase.Accepted);
        await OpenFromTested(peer, Call());
        Assert.Equal(OpenStatus.Draining, peer.Session.Open(Frames.Target(), default, null, out _));

        running.End(EndedKind.Finished);
        await peer.Next(Frame.KindOneofCase.Ended);
        Assert.Equal(OpenStatus.Draining, peer.Session.Open(Call(theirs.Path[^1].Call), default, null, out _));
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_call_that_waits_to_be_written_when_the_drain_comes_goes_out_if_it_is_needed(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server), wrap: Gate.Around(out var gate));
        var theirs = Call();
        await peer.Send(Frames.OpenCall(peer.FirstId, call: theirs));
        Assert.True((await peer.Handler.NextToAccept()).Accept());
        await peer.Next(Frame.KindOneofCase.Accepted);
        gate.Close();
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Ready });
        await gate.Reached.WithDeadline();
        Assert.Equal(OpenStatus.Opened, peer.Session.Open(Call(), default, null, out var other));
        Assert.Equal(OpenStatus.Opened, peer.Session.Open(Call(theirs.Path[^1].Call), default, null, out var needed));
        await peer.Send(new Frame { Drain = new Drain { Reason = "Restart." } });
        await peer.Handler.Drain;
        gate.Open();

        await peer.Next(Frame.KindOneofCase.Offer);
        var open = await peer.Next(Frame.KindOneofCase.Open);
        Assert.Equal((needed!.Id, theirs.Path[^1].Call), (open.Exchange, open.Open.Call.Path[0].Call));
        Assert.Same(other, await peer.Handler.NextOver());
        Assert.Equal(ExchangeEndingKind.NotSent, other!.Ending!.Kind);
    }

    private static async Task<ulong> DrainAsync(ScriptedPeer peer)
    {
        peer.Session.Drain("Restart.");
        await peer.Next(Frame.KindOneofCase.Drain);
        return (await peer.Next(Frame.KindOneofCase.Ping)).Ping.Number;
    }

    private static async Task<Exchange> OpenFromTested(ScriptedPeer peer, CallTarget call)
    {
        Assert.Equal(OpenStatus.Opened, peer.Session.Open(call, default, null, out var exchange));
        await peer.Next(Frame.KindOneofCase.Open);
        return exchange!;
    }

    private static ByteString Id() => WireId.ToBytes(Guid.NewGuid());

    private static CallStep Step(ByteString id) => new() { Call = id, Peer = Id() };

    /// <summary>A call that comes from these.</summary>
    private static CallTarget Call(params ByteString[] ancestors) =>
        new() { Callable = "add", Path = { ancestors.Append(Id()).Select(Step) } };
}
