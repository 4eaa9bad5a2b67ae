namespace Grpc.Core;

/// <summary>A stream of messages, written one at a time; one write may be pending.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>Options for the next writes, or null.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes a message.</summary>
    Task WriteAsync(T message);

    /// <summary>Writes a message; cancelling ends the call.</summary>
    /// <exception cref="NotSupportedException">The token can be cancelled and the implementation does not support that.</exception>
    Task WriteAsync(T message, CancellationToken cancellationToken) => cancellationToken.CanBeCanceled
        ? throw new NotSupportedException("This stream can't cancel a write.")
        : WriteAsync(message);
}
