namespace Bridge.Protocol.Sessions;

/// <summary>What payloads cost a window: their bytes, and a little for each so that empty ones count.</summary>
internal static class WindowCharge
{
    /// <summary>What each payload costs besides its bytes.</summary>
    public const int PerPayload = 64;

    /// <summary>What one payload of that length costs.</summary>
    public static int Of(int length) => length + PerPayload;

    /// <summary>What that many bytes cost when they are cut into payloads of at most <paramref name="payloadBytes"/>.</summary>
    public static long OfCut(int length, int payloadBytes) =>
        length + ((long)Math.Max(1, (length + payloadBytes - 1L) / payloadBytes) * PerPayload);
}
