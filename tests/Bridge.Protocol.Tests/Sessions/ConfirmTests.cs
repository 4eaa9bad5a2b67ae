using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>Whether a peer has read the offers that were made to it.</summary>
public sealed class ConfirmTests
{
    [Fact]
    public async Task A_confirmation_ends_when_every_offer_was_read_and_every_refusal_has_come()
    {
        // More than a batch holds in either direction.
        const int Offers = 300;
        var both = await TwoSessions.Start();
        both.ServerHandler.OnOffered = offer => both.Server.RefuseOffer(offer.Application, "No.");
        for (var number = 0; number < Offers; number++)
        {
            both.Client.Offer(new Offer { Application = $"app{number}", State = OfferState.Ready });
        }

        await both.Client.ConfirmAsync().WithDeadline();

        for (var number = 0; number < Offers; number++)
        {
            Assert.True(both.ServerHandler.NextOffer().IsCompletedSuccessfully);
            Assert.True(both.ClientHandler.NextOfferRefusal().IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task The_offers_go_before_the_ping_and_the_refusals_before_the_pong()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        var confirmed = peer.Session.ConfirmAsync();
        await peer.Next(Frame.KindOneofCase.Ping);
        Assert.False(confirmed.IsCompleted);
        peer.Handler.OnOffered = offer => peer.Session.RefuseOffer(offer.Application, "No.");
        await peer.Send(
            new Frame { Offer = new Offer { Application = "app", State = OfferState.Ready } },
            new Frame { Ping = new Ping { Number = 7 } });

        Assert.Equal("app", (await peer.Next(Frame.KindOneofCase.OfferRefusal)).OfferRefusal.Application);
        Assert.Equal(7u, (await peer.Next(Frame.KindOneofCase.Pong)).Pong.Number);
        await peer.Send(new Frame { Pong = new Pong { Number = 1 } });
        await confirmed.WithDeadline();
    }

    [Fact]
    public async Task A_confirmation_fails_with_its_session()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Client);
        var confirmed = peer.Session.ConfirmAsync();
        await peer.Send(new Frame { Goodbye = new Goodbye { Code = GoodbyeCode.Done, Reason = "Enough." } });

        var raised = await Assert.ThrowsAsync<SessionEndedException>(() => confirmed.WithDeadline());
        Assert.Equal("Enough.", raised.Ending.Reason);
        await Assert.ThrowsAsync<SessionEndedException>(() => peer.Session.ConfirmAsync().WithDeadline());
    }
}
