using Asgiref.Core.Hosting;

namespace Bridge.Server.WebSockets;

/// <summary>The close codes that the front itself uses (RFC 6455 section 7.4, IANA's registry).</summary>
internal static class CloseCode
{
    public const int Normal = 1000;
    public const int GoingAway = 1001;
    public const int ProtocolError = 1002;

    /// <summary>Never sent: a close frame without a code (WS-37).</summary>
    public const int None = 1005;

    /// <summary>Never sent: the connection was lost (WS-39).</summary>
    public const int Lost = 1006;

    public const int TooLarge = 1009;
    public const int Failed = 1011;
    public const int ServiceRestart = 1012;

    /// <summary>What the client is told of an instance that left its socket open.</summary>
    public static (int Code, string Reason) For(InstanceEnding ending) => ending.Kind switch
    {
        EndingKind.Failed => (Failed, ""),
        EndingKind.Lost => (CodeOfLost(ending.Cause), ""),
        _ => (Normal, ""),
    };

    private static int CodeOfLost(EndingCause cause) => cause switch
    {
        EndingCause.Draining => ServiceRestart,
        EndingCause.EventTooLarge => TooLarge,
        _ => GoingAway,
    };
}
