namespace Asgiref.Core.Hosting;

/// <summary>What <c>send</c> does when the client has gone (MOVE-07).</summary>
internal enum SendAfterDisconnect
{
    /// <summary>It raises <see cref="ClientDisconnectedException"/>, as the specification says since version 2.4 (VER-05).</summary>
    Raise,

    /// <summary>It does nothing, as older servers did; for applications that were written for them.</summary>
    Ignore,
}
