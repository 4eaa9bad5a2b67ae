using System.Threading.Channels;
using Bridge.Client.Workers;
using Grpc.Core;

namespace Bridge.Client.Tests.Workers;

/// <summary>A bridge in memory: every dial of a worker becomes a session that the test plays.</summary>
internal sealed class FakeBridge(TimeProvider clock) : ISessionDialer
{
    private readonly Channel<FakeSession> _sessions = Channel.CreateUnbounded<FakeSession>();
    private readonly Lock _gate = new();
    private Status? _refusal;
    private int _dials;

    public int Dials => Volatile.Read(ref _dials);

    /// <summary>What every dial is answered with instead of a session; null: with a session.</summary>
    public Status? Refusal
    {
        get
        {
            lock (_gate)
            {
                return _refusal;
            }
        }

        set
        {
            lock (_gate)
            {
                _refusal = value;
            }
        }
    }

    /// <summary>Set: every offer is refused with it.</summary>
    public string? RefusedOffer { get; set; }

    /// <summary>The next session that a worker has dialled.</summary>
    public Task<FakeSession> NextSession() => _sessions.Reader.ReadAsync().WithDeadline();

    public ISessionLink Dial(string address)
    {
        Interlocked.Increment(ref _dials);
        var session = new FakeSession(address, Refusal, clock);
        if (RefusedOffer is { } reason)
        {
            session.Handler.OnOffered = offer => session.Engine.RefuseOffer(offer.Application, reason);
        }

        if (Refusal is null)
        {
            _sessions.Writer.TryWrite(session);
        }
        else
        {
            session.Link.Cut();
        }

        return session.Link;
    }
}
