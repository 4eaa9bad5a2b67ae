namespace Grpc.Core;

/// <summary>The server that is to be checked.</summary>
public class VerifyPeerContext
{
    internal VerifyPeerContext(string targetName, string peerPem)
    {
        TargetName = targetName;
        PeerPem = peerPem;
    }

    /// <summary>The name that was dialled.</summary>
    public string TargetName { get; }

    /// <summary>The server's certificate (PEM).</summary>
    public string PeerPem { get; }
}
