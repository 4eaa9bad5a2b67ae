using Microsoft.Win32.SafeHandles;

namespace Asgiref.Core.Events;

/// <summary>Send: a part of an open file as a body part (EXT-12 to EXT-18). In one process only: a descriptor cannot cross a wire.</summary>
public sealed record HttpResponseZeroCopySendEvent : AsgiEvent
{
    /// <summary>The event type "http.response.zerocopysend".</summary>
    public const string TypeName = "http.response.zerocopysend";

    /// <inheritdoc/>
    public override string Type => TypeName;

    /// <summary>The open file; it stays the application's to close (EXT-18).</summary>
    public required SafeFileHandle File { get; init; }

    /// <summary>Where to start, in bytes; absent: at the current position (EXT-13).</summary>
    public long? Offset { get; init; }

    /// <summary>How many bytes; absent: to the end of the file (EXT-14).</summary>
    public long? Count { get; init; }

    /// <summary>True: another part follows (EXT-15).</summary>
    public bool? MoreBody { get; init; }

    /// <summary>The flag; false when absent.</summary>
    public bool MoreBodyOrDefault => MoreBody.GetValueOrDefault();
}
