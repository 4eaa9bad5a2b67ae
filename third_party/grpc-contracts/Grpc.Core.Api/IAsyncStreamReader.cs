namespace Grpc.Core;

/// <summary>A stream of messages, read one at a time; one read may be pending.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message of the last read that gave true.</summary>
    T Current { get; }

    /// <summary>Reads the next message; false when the stream has ended.</summary>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}
