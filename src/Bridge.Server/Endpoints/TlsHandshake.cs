using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Bridge.Server.Endpoints;

/// <summary>
/// What a TLS handshake tells only while it runs: the client's certificates above its own (KES-19). A feature of every
/// connection of an endpoint with TLS.
/// </summary>
internal sealed class TlsHandshake
{
    /// <summary>The platform's callback does not say whose handshake it is asked about, but runs within it.</summary>
    private static readonly AsyncLocal<TlsHandshake?> Running = new();

    /// <summary>The client's own certificate first, each next one signs the one before; empty if none was given.</summary>
    public IReadOnlyList<string> ClientChain { get; private set; } = [];

    /// <summary>What the front makes of the connection, kept here so that it is made once.</summary>
    public object? Made { get; set; }

    /// <summary>Watches an endpoint that is about to get TLS.</summary>
    public static void Attach(ListenOptions listen, HttpsConnectionAdapterOptions https)
    {
        var asks = https.ClientCertificateMode != ClientCertificateMode.NoCertificate;
        if (asks)
        {
            https.ClientCertificateValidation ??= Validate;
        }

        listen.Use(next => connection =>
        {
            var handshake = new TlsHandshake();
            connection.Features.Set(handshake);
            if (asks)
            {
                // Only then: what is set here is seen by every request of the connection.
                Running.Value = handshake;
            }

            return next(connection);
        });
    }

    /// <summary>Lets in what the platform itself would, and keeps what it has seen.</summary>
    public static bool Validate(X509Certificate2 certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors != SslPolicyErrors.None)
        {
            return false;
        }

        Running.Value?.Keep(certificate, chain);
        return true;
    }

    private void Keep(X509Certificate2 certificate, X509Chain? chain) =>
        ClientChain = chain is { ChainElements.Count: > 0 }
            ? [.. chain.ChainElements.Select(element => element.Certificate.ExportCertificatePem())]
            : [certificate.ExportCertificatePem()];
}
