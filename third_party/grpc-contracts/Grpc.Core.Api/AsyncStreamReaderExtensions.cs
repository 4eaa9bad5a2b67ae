namespace Grpc.Core;

/// <summary>Short forms of reading.</summary>
public static class AsyncStreamReaderExtensions
{
    /// <summary>Reads the next message, without a token; false when the stream has ended.</summary>
    public static Task<bool> MoveNext<T>(this IAsyncStreamReader<T> streamReader)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return streamReader.MoveNext(CancellationToken.None);
    }
}
