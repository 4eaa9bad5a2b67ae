namespace Grpc.Core;

/// <summary>Everything a caller may set for one call. Immutable; each <c>With…</c> gives a changed copy.</summary>
public struct CallOptions
{
    private CallFlags _flags;

    /// <summary>The given options; what is left out is unset.</summary>
    /// <param name="headers">The request headers.</param>
    /// <param name="deadline">When the call is given up, in UTC.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="writeOptions">For every request message.</param>
    /// <param name="propagationToken">Of the call within which this one is made.</param>
    /// <param name="credentials">Added to those of the channel.</param>
    public CallOptions(
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default,
        WriteOptions? writeOptions = null,
        ContextPropagationToken? propagationToken = null,
        CallCredentials? credentials = null)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
        PropagationToken = propagationToken;
        Credentials = credentials;
    }

    /// <summary>The request headers, or null.</summary>
    public Metadata? Headers { get; private set; }

    /// <summary>When the call is given up, or null.</summary>
    public DateTime? Deadline { get; private set; }

    /// <summary>Cancels the call.</summary>
    public CancellationToken CancellationToken { get; private set; }

    /// <summary>For every request message, or null.</summary>
    public WriteOptions? WriteOptions { get; private set; }

    /// <summary>Of the call within which this one is made, or null.</summary>
    public ContextPropagationToken? PropagationToken { get; private set; }

    /// <summary>Added to those of the channel, or null.</summary>
    public CallCredentials? Credentials { get; private set; }

    /// <summary>Whether the call waits for a connection instead of failing without one.</summary>
    public readonly bool IsWaitForReady => (_flags & CallFlags.WaitForReady) != 0;

    /// <summary>A copy with these headers.</summary>
    public readonly CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>A copy with this deadline.</summary>
    public readonly CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>A copy with this token.</summary>
    public readonly CallOptions WithCancellationToken(CancellationToken cancellationToken) =>
        this with { CancellationToken = cancellationToken };

    /// <summary>A copy with these write options.</summary>
    public readonly CallOptions WithWriteOptions(WriteOptions writeOptions) => this with { WriteOptions = writeOptions };

    /// <summary>A copy with this propagation token.</summary>
    public readonly CallOptions WithPropagationToken(ContextPropagationToken propagationToken) =>
        this with { PropagationToken = propagationToken };

    /// <summary>A copy with these credentials.</summary>
    public readonly CallOptions WithCredentials(CallCredentials credentials) => this with { Credentials = credentials };

    /// <summary>A copy that waits for a connection, or does not.</summary>
    public readonly CallOptions WithWaitForReady(bool waitForReady = true) => this with
    {
        _flags = waitForReady ? _flags | CallFlags.WaitForReady : _flags & ~CallFlags.WaitForReady,
    };
}
