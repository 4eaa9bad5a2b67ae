using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>What a hello must say. The limits are checked by <see cref="PeerLimits"/>.</summary>
internal static class HelloRules
{
    /// <summary>The one revision of the rules that this engine speaks.</summary>
    public const uint Revision = 1;

    /// <summary>What <see cref="IsName"/> asks, as a clause.</summary>
    public const string NameRule = "it must have 1 to 128";

    /// <summary>The most characters of the name of a worker or an application.</summary>
    public const int MaxNameLength = 128;

    private const int ProcessIdBytes = 16;

    /// <summary>This side's hello: what the program says of itself, with the engine's revision and the limits.</summary>
    public static Hello Complete(Hello own, SessionOptions options)
    {
        var hello = own.Clone();
        hello.MinRevision = Revision;
        hello.MaxRevision = Revision;
        hello.Limits = options.ToLimits();
        return hello;
    }

    /// <summary>Checks the peer's hello.</summary>
    /// <exception cref="SessionBrokenException">It breaks a rule, or no revision is spoken by both.</exception>
    public static void Check(Hello peer, SessionRole ownRole)
    {
        if (peer.MinRevision < 1 || peer.MaxRevision < peer.MinRevision)
        {
            throw new SessionBrokenException(
                $"hello.min_revision is {peer.MinRevision} and hello.max_revision {peer.MaxRevision}; they must rise from 1.");
        }

        if (peer.MinRevision > Revision)
        {
            throw new SessionBrokenException(new SessionEnding(
                SessionEndingKind.NoCommonRevision,
                ByPeer: false,
                GoodbyeCode.ProtocolError,
                $"The peer speaks revisions {peer.MinRevision} to {peer.MaxRevision}, this side revision {Revision}."));
        }

        if (ownRole == SessionRole.Server && peer.Worker is { } worker)
        {
            CheckWorker(worker);
        }
    }

    /// <summary>Whether a worker or an application may be called so.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= MaxNameLength;

    private static void CheckWorker(Worker worker)
    {
        if (!IsName(worker.Name))
        {
            throw new SessionBrokenException($"hello.worker.name has {worker.Name.Length} characters; {NameRule}.");
        }

        if (worker.ProcessId.Length != ProcessIdBytes)
        {
            throw new SessionBrokenException(
                $"hello.worker.process_id has {worker.ProcessId.Length} bytes; it must have {ProcessIdBytes}.");
        }
    }
}
