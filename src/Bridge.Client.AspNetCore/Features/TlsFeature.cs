using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Client.AspNetCore.Features;

/// <summary>What the scope's extension "tls" says of the connection (TLS-03).</summary>
internal sealed class TlsFeature(AsgiValueMap values) : ITlsConnectionFeature, ITlsHandshakeFeature
{
    /// <summary>Before the minor number in TLS's own version numbers (TLS-10).</summary>
    private const int MajorVersion = 0x0300;
    private bool _isRead;
    private X509Certificate2? _certificate;

    /// <summary>The first of the chain; null when the client has given none.</summary>
    public X509Certificate2? ClientCertificate
    {
        get
        {
            if (!_isRead)
            {
                _isRead = true;
                _certificate = values.GetValueOrDefault("client_cert_chain") is AsgiValue.ListValue { Items: [AsgiValue.TextValue leaf, ..] }
                    ? X509Certificate2.CreateFromPem(leaf.Value)
                    : null;
            }

            return _certificate;
        }

        set
        {
            _isRead = true;
            _certificate = value;
        }
    }

    [SuppressMessage("Security", "CA5397", Justification = "The rule takes the version numbers in it for values of the result.")]
    public SslProtocols Protocol => MinorVersion switch
    {
        3 => SslProtocols.Tls12,
        4 => SslProtocols.Tls13,
        _ => SslProtocols.None,
    };

    public TlsCipherSuite? NegotiatedCipherSuite =>
        values.GetValueOrDefault("cipher_suite") is AsgiValue.Int64Value suite ? (TlsCipherSuite)suite.Value : null;

    /// <summary>Not part of the extension.</summary>
    public string HostName => "";

#pragma warning disable CS0618, SYSLIB0058 // The interface has them still.
    public CipherAlgorithmType CipherAlgorithm => CipherAlgorithmType.None;

    public int CipherStrength => 0;

    public HashAlgorithmType HashAlgorithm => HashAlgorithmType.None;

    public int HashStrength => 0;

    public ExchangeAlgorithmType KeyExchangeAlgorithm => ExchangeAlgorithmType.None;

    public int KeyExchangeStrength => 0;
#pragma warning restore CS0618, SYSLIB0058

    private long MinorVersion => values.GetValueOrDefault("tls_version") is AsgiValue.Int64Value version ? version.Value - MajorVersion : 0;

    /// <summary>Null without the extension: then nothing is known, or the connection has no TLS (TLS-01).</summary>
    public static TlsFeature? Find(ConnectionScope scope) =>
        scope.Extensions.Count > 0 && scope.Extensions.TryGetValue("tls", out var tls) && tls is AsgiValue.MapValue map
            ? new TlsFeature(map.Entries)
            : null;

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
}
