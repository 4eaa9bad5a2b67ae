using System.Text;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>What users of two sessions see of an exchange between them.</summary>
public class ExchangeTests
{
    [Fact]
    public async Task A_small_exchange_goes_through_and_leaves_nothing()
    {
        var both = await TwoSessions.Start();
        var opened = TwoSessions.Open(both.Server, "scope"u8.ToArray());
        await opened.SendAsync(PayloadKind.Body, "question"u8.ToArray(), more: false);

        var accepted = await both.ClientHandler.NextToAccept();
        Assert.Equal("scope", Encoding.UTF8.GetString(accepted.Head.Span));
        Assert.Equal("app", accepted.Target.Name);
        Assert.True(accepted.Accept());
        var question = await accepted.ReceiveAsync().WithDeadline();
        Assert.Equal((ReceivedKind.Body, "question", false), (question.Kind, Encoding.UTF8.GetString(question.Data.Span), question.More));
        accepted.Taken(question);
        await accepted.SendAsync(PayloadKind.Event, "start"u8.ToArray(), more: false);
        await accepted.SendAsync(PayloadKind.Body, "answer"u8.ToArray(), more: false);
        accepted.End(EndedKind.Finished);

        Assert.Equal("start", Encoding.UTF8.GetString((await opened.ReceiveAsync().WithDeadline()).Data.Span));
        var answer = await opened.ReceiveAsync().WithDeadline();
        Assert.Equal("answer", Encoding.UTF8.GetString(answer.Data.Span));
        opened.Taken(answer);
        Assert.Equal(ReceivedKind.End, (await opened.ReceiveAsync().WithDeadline()).Kind);
        Assert.Equal((ExchangeEndingKind.Ended, EndedKind.Finished), (opened.Ending!.Kind, opened.Ending.EndedKind));
        Assert.Same(opened, await both.ServerHandler.NextOver());
        foreach (var session in new[] { both.Client, both.Server })
        {
            Assert.Equal((0, 0, 0, 0), (session.OpenedHere, session.OpenedByPeer, session.Counters.HeldBytes, session.Counters.JoinedBytes));
        }

        both.Server.Drain("test");
        var (client, server) = await both.Runs();
        Assert.Equal((SessionEndingKind.Goodbye, true, GoodbyeCode.Done), (client.Kind, client.ByPeer, client.Code));
        Assert.Equal((SessionEndingKind.Goodbye, false, GoodbyeCode.Done), (server.Kind, server.ByPeer, server.Code));
    }
}
