using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Asgiref.Core.Values;
using Bridge.Server.Endpoints;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Bridge.Server.Http;

/// <summary>
/// The extension <c>tls</c>: what a connection's handshake agreed on (TLS-01 to TLS-13). Certificates are PEM text, and
/// nothing of them is interpreted but the name of the client's.
/// </summary>
internal static class TlsInformation
{
    private const int Tls12 = 0x0303;
    private const int Tls13 = 0x0304;

    public static AsgiValueMap Of(IFeatureCollection features, ITlsHandshakeFeature platform, TlsHandshake handshake)
    {
        var server = features.Get<ISslStreamFeature>()?.SslStream.LocalCertificate;
        var client = features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        var chain = handshake.ClientChain.Count > 0 || client is null ? handshake.ClientChain : [client.ExportCertificatePem()];
        return AsgiValueMap.Create(
            new("server_cert", server is X509Certificate2 own ? own.ExportCertificatePem() : AsgiValue.None),
            new("client_cert_chain", new AsgiValue.ListValue([.. chain.Select(certificate => (AsgiValue)certificate)])),
            new("client_cert_name", client is null ? AsgiValue.None : DistinguishedNameText.Of(client.SubjectName)),

            // A certificate that cannot be verified does not get this far.
            new("client_cert_error", AsgiValue.None),
            new("tls_version", NumberOf(platform.Protocol) is { } version ? (long)version : AsgiValue.None),
            new("cipher_suite", platform.NegotiatedCipherSuite is { } suite ? (long)suite : AsgiValue.None));
    }

    private static int? NumberOf(SslProtocols protocol) => protocol switch
    {
        SslProtocols.Tls12 => Tls12,
        SslProtocols.Tls13 => Tls13,
        _ => null,
    };
}
