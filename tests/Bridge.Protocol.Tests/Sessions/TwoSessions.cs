using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>Two sessions that talk to each other, one at each end of a link.</summary>
internal sealed class TwoSessions
{
    private readonly Task<SessionEnding> _clientRun;
    private readonly Task<SessionEnding> _serverRun;

    private TwoSessions(IFrameStream client, IFrameStream server, SessionOptions clientOptions, SessionOptions serverOptions, TimeProvider clock)
    {
        Client = new Session("client", SessionRole.Client, new Hello(), client, ClientHandler, clientOptions, clock);
        Server = new Session("server", SessionRole.Server, new Hello { Node = "n1" }, server, ServerHandler, serverOptions, clock);
        _clientRun = Client.RunAsync(CancellationToken.None);
        _serverRun = Server.RunAsync(CancellationToken.None);
    }

    public Session Client { get; }

    public Session Server { get; }

    public RecordingHandler ClientHandler { get; } = new();

    public RecordingHandler ServerHandler { get; } = new();

    /// <summary>How each ended, when both are done with their streams.</summary>
    public async Task<(SessionEnding Client, SessionEnding Server)> Runs() =>
        (await _clientRun.WithDeadline(), await _serverRun.WithDeadline());

    public static async Task<TwoSessions> Start(
        SessionOptions? clientOptions = null,
        SessionOptions? serverOptions = null,
        TimeProvider? clock = null)
    {
        var link = new MemoryLink();
        var both = Start(link.Client, link.Server, clientOptions, serverOptions, clock);
        await both.Client.Established.WithDeadline();
        await both.Server.Established.WithDeadline();
        return both;
    }

    public static TwoSessions Start(
        IFrameStream client,
        IFrameStream server,
        SessionOptions? clientOptions = null,
        SessionOptions? serverOptions = null,
        TimeProvider? clock = null) =>
        new(client, server, clientOptions ?? new SessionOptions(), serverOptions ?? new SessionOptions(), clock ?? new FakeClock());

    /// <summary>Opens an exchange on one of the two.</summary>
    public static Exchange Open(Session session, ReadOnlyMemory<byte> head = default, ConversationKind conversation = ConversationKind.Http)
    {
        var status = session.Open(Frames.Target(conversation), head, null, out var exchange);
        Assert.Equal(OpenStatus.Opened, status);
        return exchange!;
    }
}
