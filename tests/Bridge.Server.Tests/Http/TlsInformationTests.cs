using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;
using Bridge.Server.Endpoints;

namespace Bridge.Server.Tests.Http;

/// <summary>The extension "tls", on a real Kestrel.</summary>
public sealed class TlsInformationTests
{
    [Fact]
    [Covers("TLS-01", "TLS-02", "TLS-03", "TLS-04", "TLS-10", "TLS-11", "TLS-12", "TLS-13", "KES-18")]
    public async Task A_request_over_TLS_tells_what_the_handshake_agreed_on()
    {
        var (tls, received) = await RequestAsync(SslProtocols.Tls13);

        Assert.Equal(
            ["cipher_suite", "client_cert_chain", "client_cert_error", "client_cert_name", "server_cert", "tls_version"],
            tls.Keys.Order(StringComparer.Ordinal));
        using var server = X509Certificate2.CreateFromPem(Text(tls["server_cert"]));
        Assert.Equal("CN=localhost", server.Subject);
        Assert.Equal(0x0304L, tls["tls_version"]);
        Assert.InRange(Assert.IsType<AsgiValue.Int64Value>(tls["cipher_suite"]).Value, 0x1301, 0x1305);
        Assert.IsType<HttpRequestEvent>(received);
    }

    [Fact]
    [Covers("TLS-10", "TLS-11", "KES-18")]
    public async Task The_older_version_and_its_suites_have_their_registered_numbers()
    {
        var (tls, _) = await RequestAsync(SslProtocols.Tls12);

        Assert.Equal(0x0303L, tls["tls_version"]);
        var suite = (TlsCipherSuite)Assert.IsType<AsgiValue.Int64Value>(tls["cipher_suite"]).Value;
        Assert.StartsWith("TLS_ECDHE_ECDSA_", suite.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    [Covers("TLS-05", "TLS-06", "TLS-09")]
    public async Task A_client_without_a_certificate_has_an_empty_chain_and_no_name()
    {
        var (tls, _) = await RequestAsync(SslProtocols.None);

        Assert.Empty(Assert.IsType<AsgiValue.ListValue>(tls["client_cert_chain"]).Items);
        Assert.Equal(AsgiValue.None, tls["client_cert_name"]);
        Assert.Equal(AsgiValue.None, tls["client_cert_error"]);
    }

    [Fact]
    [Covers("TLS-05", "TLS-06", "TLS-07", "TLS-12", "KES-19")]
    public async Task The_clients_certificates_come_in_order_with_the_name_of_the_first()
    {
        using var root = Authority();
        using var authority = SignedBy(root, "CN=Workshop", signs: true);
        using var own = SignedBy(authority, "CN=\"Ada, Countess\", O=Engines");

        var (tls, _) = await RequestAsync(SslProtocols.None, SslStreamCertificateContext.Create(own, [authority], offline: true));

        var chain = Assert.IsType<AsgiValue.ListValue>(tls["client_cert_chain"]).Items.Select(Text);
        Assert.Equal([own.ExportCertificatePem(), authority.ExportCertificatePem()], chain);
        Assert.Equal("CN=Ada\\, Countess,O=Engines", tls["client_cert_name"]);
    }

    [Fact]
    [Covers("TLS-01")]
    public async Task A_request_in_the_clear_has_no_such_key()
    {
        var seen = new TaskCompletionSource<HttpScope>();
        await using var host = await FrontHost.StartAsync(Apps.Capturing(seen));
        using var client = host.CreateClient();
        using var response = await client.GetAsync(new Uri("/", UriKind.Relative)).WithDeadline();

        Assert.DoesNotContain("tls", (await seen.Task.WithDeadline()).Extensions.Keys);
    }

    [Fact]
    [Covers("TLS-02")]
    public async Task A_websocket_over_TLS_has_it_too()
    {
        var seen = new TaskCompletionSource<AsgiScope>();
        await using var host = await FrontHost.StartAsync(async (scope, _, send) =>
        {
            seen.SetResult(scope);
            await send(new WebSocketAcceptEvent());
        });
        using var invoker = new HttpMessageInvoker(Handler(SslProtocols.None, null));
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(host.Https) { Scheme = "wss" }.Uri, invoker, CancellationToken.None).WithDeadline();

        var scope = await seen.Task.WithDeadline();
        Assert.Equal("wss", Assert.IsType<WebSocketScope>(scope).Scheme);
        Assert.Equal(["tls", "websocket.http.response"], scope.Extensions.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    [Covers("TLS-09")]
    public void A_certificate_that_does_not_verify_is_not_let_in()
    {
        using var authority = Authority();
        Assert.False(TlsHandshake.Validate(authority, null, SslPolicyErrors.RemoteCertificateChainErrors));
        Assert.True(TlsHandshake.Validate(authority, null, SslPolicyErrors.None));
    }

    private static async Task<(AsgiValueMap Tls, AsgiEvent Received)> RequestAsync(
        SslProtocols protocols, SslStreamCertificateContext? certificate = null)
    {
        var seen = new TaskCompletionSource<(AsgiScope, AsgiEvent)>();
        await using var host = await FrontHost.StartAsync(async (scope, receive, send) =>
        {
            seen.SetResult((scope, await receive()));
            await Apps.RespondAsync(send);
        });
        using var client = new HttpClient(Handler(protocols, certificate));
        using var response = await client.GetAsync(host.Https).WithDeadline();
        var (scope, received) = await seen.Task.WithDeadline();
        return (Assert.IsType<AsgiValue.MapValue>(scope.Extensions["tls"]).Entries, received);
    }

    private static SocketsHttpHandler Handler(SslProtocols protocols, SslStreamCertificateContext? certificate) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = protocols,
            ClientCertificateContext = certificate,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=localhost",
        },
    };

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-2), DateTimeOffset.UtcNow.AddDays(2));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }

    private static X509Certificate2 SignedBy(X509Certificate2 authority, string name, bool signs = false)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(signs, false, 0, true));
        using var made = request.Create(authority, authority.NotBefore, authority.NotAfter, [signs ? (byte)6 : (byte)7]);
        using var whole = made.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pfx), null);
    }

    private static string Text(AsgiValue value) => Assert.IsType<AsgiValue.TextValue>(value).Value;
}
