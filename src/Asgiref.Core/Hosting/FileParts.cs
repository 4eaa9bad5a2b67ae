using System.Buffers;

namespace Asgiref.Core.Hosting;

/// <summary>
/// Reads the file of an <c>http.response.pathsend</c> in parts, where the file is: beside the front for applications of
/// the bridge's process, beside the worker for others (EXT-19, EXT-20).
/// </summary>
internal static class FileParts
{
    private const int PartBytes = 64 * 1024;

    /// <summary>Hands the whole file over, part by part; a part's memory is used again when its call has ended.</summary>
    /// <param name="path">The file. It is opened before anything is handed over.</param>
    /// <param name="send">Takes a part, and whether another one follows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IOException">The file cannot be read, or has become shorter meanwhile.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read, or is a folder.</exception>
    public static async ValueTask SendAsync(
        string path, Func<ReadOnlyMemory<byte>, bool, CancellationToken, ValueTask> send, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(path, options: FileOptions.Asynchronous | FileOptions.SequentialScan);
        var left = RandomAccess.GetLength(file);
        var position = 0L;
        var buffer = ArrayPool<byte>.Shared.Rent(PartBytes);
        try
        {
            do
            {
                var wanted = (int)Math.Min(left, PartBytes);
                var read = wanted == 0 ? 0 : await RandomAccess.ReadAsync(file, buffer.AsMemory(0, wanted), position, cancellationToken).ConfigureAwait(false);
                if (read == 0 && wanted > 0)
                {
                    throw new EndOfStreamException($"The file {path} has become shorter while it was sent.");
                }

                position += read;
                left -= read;
                await send(buffer.AsMemory(0, read), left > 0, cancellationToken).ConfigureAwait(false);
            }
            while (left > 0);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
