using System.Text;
using Grpc.Core;

namespace Bridge.Server.Grpc;

/// <summary>
/// Keeps statuses within what clients accept. Their details quote what peers and applications have chosen, and a client
/// that gets too much metadata shows an error of its own instead of ours.
/// </summary>
internal static class StatusText
{
    /// <summary>In the percent-encoded form that goes over the wire. gRPC's C core takes 8 KiB for all metadata.</summary>
    public const int MaxDetailBytes = 4096;

    private const int LongestQuote = 64;
    private const string Cut = "...";

    /// <summary>A status whose detail fits.</summary>
    public static Status Fit(StatusCode code, string detail) => new(code, Fit(detail));

    /// <summary>The text, cut where its wire form would be longer than <see cref="MaxDetailBytes"/>.</summary>
    public static string Fit(string detail)
    {
        var bytes = 0;
        var cutAt = 0;
        foreach (var rune in detail.EnumerateRunes())
        {
            bytes += EncodedLength(rune);
            if (bytes > MaxDetailBytes)
            {
                return detail[..cutAt] + Cut;
            }

            cutAt += bytes <= MaxDetailBytes - Cut.Length ? rune.Utf16SequenceLength : 0;
        }

        return detail;
    }

    /// <summary>A name that a peer has chosen, short enough to stand in a sentence.</summary>
    public static string Quote(string name) => name.Length <= LongestQuote ? name : name[..LongestQuote] + "…";

    private static int EncodedLength(Rune rune) => rune.Value is >= 0x20 and <= 0x7e and not '%' ? 1 : 3 * rune.Utf8SequenceLength;
}
