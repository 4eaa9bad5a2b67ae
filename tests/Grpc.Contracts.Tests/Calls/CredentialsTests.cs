using Grpc.Contracts.Tests.Protos;
using Grpc.Core;

namespace Grpc.Contracts.Tests.Calls;

public class CredentialsTests
{
    private static readonly ProbeRequest Mirror = new() { Command = Command.MirrorMetadata };

    [Fact]
    public async Task Call_credentials_of_the_channel_and_of_the_call_add_headers_over_tls()
    {
        using var certificate = new TestCertificate();
        AuthInterceptorContext? seen = null;
        var ofTheChannel = CallCredentials.FromInterceptor((context, headers) =>
        {
            seen = context;
            headers.Add("x-channel", "from the channel");
            return Task.CompletedTask;
        });
        await using var server = await ProbeServer.StartAsync(
            certificate: certificate,
            channel: options => options.Credentials = ChannelCredentials.Create(new SslCredentials(), ofTheChannel));

        var options = new CallOptions().WithCredentials(CallCredentials.Compose(Token("x-first"), Token("x-second")));
        using var call = server.Client.UnaryAsync(Mirror, options);
        await call.ResponseAsync.WithDeadline();

        Assert.Equal("from the channel", call.GetTrailers().GetValue("x-channel"));
        Assert.Equal("token", call.GetTrailers().GetValue("x-first"));
        Assert.Equal("token", call.GetTrailers().GetValue("x-second"));
        Assert.Equal($"https://{server.Channel.Target}/grpc_contracts.tests.Probe", seen!.ServiceUrl);
        Assert.Equal("Unary", seen.MethodName);
    }

    [Fact]
    public async Task A_secure_channel_without_call_credentials_works()
    {
        using var certificate = new TestCertificate();
        await using var server = await ProbeServer.StartAsync(
            certificate: certificate, channel: options => options.Credentials = ChannelCredentials.SecureSsl);

        Assert.Equal("tls", (await server.Client.UnaryAsync(new ProbeRequest { Text = "tls" }).ResponseAsync.WithDeadline()).Text);
    }

    [Fact]
    public async Task A_service_sees_who_the_client_is_by_its_certificate()
    {
        using var certificate = new TestCertificate();
        await using var server = await ProbeServer.StartAsync(
            options => options.Interceptors.Add<RecordingServerInterceptor>(), certificate: certificate);
        using var call = server.Client.UnaryAsync(new ProbeRequest());

        await call.ResponseAsync.WithDeadline();

        Assert.Equal("True", call.GetTrailers().GetValue("seen-authenticated"));
        Assert.Contains("=probe.test", call.GetTrailers().GetValue("seen-identity"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_credentials_that_fail_fail_the_call()
    {
        using var certificate = new TestCertificate();
        await using var server = await ProbeServer.StartAsync(certificate: certificate);
        var failing = CallCredentials.FromInterceptor((_, _) => Task.FromException(new InvalidOperationException("no token")));
        using var call = server.Client.UnaryAsync(Mirror, new CallOptions(credentials: failing));

        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.WithDeadline());

        Assert.Contains("no token", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Insecure_channel_credentials_are_clear_text()
    {
        await using var server = await ProbeServer.StartAsync(channel: options => options.Credentials = ChannelCredentials.Insecure);

        Assert.Equal("clear", (await server.Client.UnaryAsync(new ProbeRequest { Text = "clear" }).ResponseAsync.WithDeadline()).Text);
    }

    private static CallCredentials Token(string name) => CallCredentials.FromInterceptor((_, headers) =>
    {
        headers.Add(name, "token");
        return Task.CompletedTask;
    });
}
