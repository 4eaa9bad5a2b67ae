using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>A session under test, and the other end of its stream in the hands of the test: raw frames in and out.</summary>
internal sealed class ScriptedPeer
{
    private readonly IFrameStream _stream;
    private readonly Queue<Frame> _read = [];
    private ulong _pings = 1_000_000;

    private ScriptedPeer(SessionRole role, SessionOptions? options, IFrameStream tested, IFrameStream own)
    {
        _stream = own;
        Role = role;
        Session = new Session("tested", role, new Hello { Node = "n1" }, tested, Handler, options ?? new SessionOptions(), Clock);
        Run = Session.RunAsync(Cancel.Token);
    }

    public SessionRole Role { get; }

    public Session Session { get; }

    public FakeClock Clock { get; } = new();

    public RecordingHandler Handler { get; } = new();

    public CancellationTokenSource Cancel { get; } = new();

    public Task<SessionEnding> Run { get; }

    /// <summary>The first id that this peer may open.</summary>
    public ulong FirstId => Role == SessionRole.Server ? 1UL : 2UL;

    /// <summary>The first id that the session under test opens.</summary>
    public ulong FirstTestedId => Role == SessionRole.Client ? 1UL : 2UL;

    public int LargestBatch { get; private set; }

    /// <summary>A session that waits for the peer's hello; its own can be read.</summary>
    public static ScriptedPeer Begin(SessionRole role, SessionOptions? options = null, Func<IFrameStream, IFrameStream>? wrap = null)
    {
        var link = new MemoryLink(capacity: 64);
        var (tested, own) = role == SessionRole.Client ? (link.Client, link.Server) : (link.Server, link.Client);
        return new ScriptedPeer(role, options, wrap?.Invoke(tested) ?? tested, own);
    }

    /// <summary>A session after the hellos.</summary>
    public static async Task<ScriptedPeer> Start(SessionRole role, SessionOptions? options = null, Hello? hello = null, Func<IFrameStream, IFrameStream>? wrap = null)
    {
        var peer = Begin(role, options, wrap);
        await peer.Send(new Frame { Hello = hello ?? Frames.Hello() });
        await peer.Next(Frame.KindOneofCase.Hello);
        await peer.Session.Established.WithDeadline();
        return peer;
    }

    /// <summary>Writes one batch.</summary>
    public Task Send(params Frame[] batch) => _stream.WriteAsync(new OpenRequest { Frames = { batch } }.ToByteArray(), CancellationToken.None).WithDeadline();

    public Task EndStream() => _stream.CompleteAsync(CancellationToken.None).WithDeadline();

    /// <summary>The next frame of the session under test; null at the end of its half.</summary>
    public async Task<Frame?> Next()
    {
        while (_read.Count == 0)
        {
            var batch = await _stream.ReadAsync(CancellationToken.None).WithDeadline();
            if (batch is null)
            {
                return null;
            }

            LargestBatch = Math.Max(LargestBatch, batch.Count);
            foreach (var frame in batch)
            {
                _read.Enqueue(frame.Clone());
            }
        }

        return _read.Dequeue();
    }

    public async Task<Frame> Next(Frame.KindOneofCase kind)
    {
        var frame = await Next();
        Assert.Equal(kind, frame?.KindCase);
        return frame!;
    }

    /// <summary>Everything that the session has to write after what it has read so far.</summary>
    public async Task<List<Frame>> Rest()
    {
        // What was due before the first ping was read is written before the second pong.
        var rest = new List<Frame>();
        for (var round = 0; round < 2; round++)
        {
            await Send(new Frame { Ping = new Ping { Number = ++_pings } });
            while (await Next() is { } frame && frame.Pong?.Number != _pings)
            {
                rest.Add(frame);
            }
        }

        return rest;
    }

    /// <summary>Opens an exchange to the session under test, which accepts it.</summary>
    public async Task<Exchange> OpenAccepted(ulong id, ConversationKind conversation = ConversationKind.Http)
    {
        await Send(Frames.Open(id, conversation: conversation));
        var exchange = await Handler.NextToAccept();
        Assert.True(exchange.Accept());
        await Next(Frame.KindOneofCase.Accepted);
        return exchange;
    }

    /// <summary>Lets the session under test open an exchange; its frame is read.</summary>
    public async Task<Exchange> OpenFromTested(int head = 10, ConversationKind conversation = ConversationKind.Http)
    {
        var exchange = TwoSessions.Open(Session, Frames.Bytes(head).Memory, conversation);
        await Next(Frame.KindOneofCase.Open);
        return exchange;
    }

    /// <summary>Reads to the goodbye, and how the session ended.</summary>
    public async Task<SessionEnding> NextGoodbye(GoodbyeCode code)
    {
        Frame? frame;
        do
        {
            frame = await Next();
            Assert.NotNull(frame);
        }
        while (frame.Goodbye is null);

        Assert.Equal(code, frame.Goodbye.Code);
        Assert.Null(await Next());
        await EndStream();
        var ending = await Run.WithDeadline();
        Assert.False(ending.ByPeer);
        Assert.Equal(code, ending.Code);
        Assert.Equal(ending.Reason, frame.Goodbye.Reason);
        return ending;
    }
}
