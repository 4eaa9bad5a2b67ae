using System.Threading.Channels;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Bridge.Protocol.Calls;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.Tests.Sessions;

namespace Bridge.Protocol.Tests.Calls;

/// <summary>Two sessions that talk to each other: one calls, the test is the host at the other.</summary>
internal sealed class TwoCallPeers
{
    private readonly Channel<PeerCall> _incoming = Channel.CreateUnbounded<PeerCall>();

    private TwoCallPeers(TwoSessions both, FakeClock clock)
    {
        Both = both;
        Clock = clock;
        Caller = new SessionCalls(both.Client, clock);
        both.ServerHandler.OnAccept = exchange =>
        {
            if (PeerCall.Read(exchange) is { } call)
            {
                _incoming.Writer.TryWrite(call);
            }
        };
    }

    public TwoSessions Both { get; }

    public FakeClock Clock { get; }

    public SessionCalls Caller { get; }

    public static async Task<TwoCallPeers> Start(SessionOptions? options = null)
    {
        var clock = new FakeClock();
        return new TwoCallPeers(await TwoSessions.Start(options, options, clock), clock);
    }

    public static CallRequest Request(byte[]? argument = null, ContextBagSnapshot? context = null) => new()
    {
        Callable = "add",
        Path = [new CallStep(Guid.NewGuid(), Guid.NewGuid())],
        Argument = argument is null ? CallPayload.None : Bytes(argument),
        Context = context ?? ContextBagSnapshot.Empty,
    };

    public static CallPayload Bytes(params byte[] bytes) => new("application/octet-stream", bytes);

    /// <summary>Calls for one answer.</summary>
    public Task<CallOutcome> Call(CallRequest? request = null, CancellationToken token = default)
    {
        request ??= Request();
        var began = Clock.GetTimestamp();
        var call = new AwaitedCall(request, () => Clock.GetElapsedTime(began) >= request.Timeout, token);
        Caller.Send(call, detour: call);
        return call.Outcome.WithDeadline();
    }

    /// <summary>Calls for items.</summary>
    public async Task<CallOutcome> Call(Func<CallPayload, ValueTask> onItem, CallRequest? request = null, CancellationToken token = default)
    {
        var attempt = await Caller.TryCallAsync(new PreparedCall(request ?? Request()), onItem, token).AsTask().WithDeadline();
        return attempt.Outcome;
    }

    /// <summary>The next call that has come.</summary>
    public Task<PeerCall> Next() => _incoming.Reader.ReadAsync().WithDeadline();

    /// <summary>The next call that has come, accepted.</summary>
    public async Task<PeerCall> NextAccepted()
    {
        var call = await Next();
        Assert.True(call.TryAccept());
        return call;
    }

    /// <summary>Both sides have forgotten every call, and hold nothing of them.</summary>
    public async Task CheckNothingIsLeft()
    {
        foreach (var session in new[] { Both.Client, Both.Server })
        {
            await WaitUntil.HoldsAsync(() => session.OpenedHere == 0 && session.OpenedByPeer == 0);
            Assert.Equal((0L, 0L), (session.Counters.HeldBytes, session.Counters.JoinedBytes));
        }
    }
}
