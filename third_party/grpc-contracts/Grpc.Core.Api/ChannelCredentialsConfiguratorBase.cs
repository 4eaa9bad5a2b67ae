namespace Grpc.Core;

/// <summary>How a client library learns what channel credentials hold.</summary>
public abstract class ChannelCredentialsConfiguratorBase
{
    /// <summary>They are none: clear text.</summary>
    public abstract void SetInsecureCredentials(object? state);

    /// <summary>They are TLS; null is the default of each.</summary>
    public abstract void SetSslCredentials(
        object? state, string? rootCertificates, KeyCertificatePair? keyCertificatePair, VerifyPeerCallback? verifyPeerCallback);

    /// <summary>They are these with call credentials for every call.</summary>
    public abstract void SetCompositeCredentials(object? state, ChannelCredentials channelCredentials, CallCredentials callCredentials);
}
