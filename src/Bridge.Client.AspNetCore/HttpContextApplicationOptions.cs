namespace Bridge.Client.AspNetCore;

/// <summary>What an ASP.NET Core application is allowed to do. Read at the start; the defaults are Kestrel's where it has the same limit.</summary>
public class HttpContextApplicationOptions
{
    /// <summary>
    /// Bytes of a request body; more raises a <see cref="Microsoft.AspNetCore.Http.BadHttpRequestException"/> with status 413 where the
    /// body is read. Null: no limit. Default 30,000,000. A request may change it, as on Kestrel, until it begins to read.
    /// </summary>
    public long? MaxRequestBodySize { get; set; } = 30_000_000;

    /// <summary>Whether the body streams may be read and written synchronously. Default false; a request may change it.</summary>
    public bool AllowSynchronousIO { get; set; }

    /// <summary>
    /// Bytes of a WebSocket message that the application sends in fragments: they are joined, because the bridge carries whole
    /// messages. More raises an <see cref="InvalidOperationException"/>. Default 16 MiB.
    /// </summary>
    public int MaxSentMessageBytes { get; set; } = 16 * 1024 * 1024;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(MaxRequestBodySize ?? 0, nameof(MaxRequestBodySize));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxSentMessageBytes, 1);
    }
}
