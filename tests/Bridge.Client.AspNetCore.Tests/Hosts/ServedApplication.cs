using System.Net;
using Bridge.Server.Tests;
using Bridge.Server.Tests.Http;
using Microsoft.AspNetCore.Builder;

namespace Bridge.Client.AspNetCore.Tests.Hosts;

/// <summary>A running application and where its clients find it. Disposing it stops everything.</summary>
public sealed class ServedApplication : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly IAsyncDisposable? _front;
    private readonly TestLog[] _logs;

    internal ServedApplication(WebApplication application, IAsyncDisposable? front, TestLog[] logs, Uri http1, Uri http2)
    {
        _application = application;
        _front = front;
        _logs = logs;
        Http1 = http1;
        Http2 = http2;
    }

    /// <summary>HTTP/1.1 in the clear.</summary>
    public Uri Http1 { get; }

    /// <summary>HTTP/2 in the clear, with prior knowledge.</summary>
    public Uri Http2 { get; }

    public IServiceProvider Services => _application.Services;

    /// <summary>What was logged as errors in the application's process.</summary>
    public IEnumerable<string> Errors => _logs.SelectMany(log => log.Errors);

    public HttpClient CreateClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = Http1,
        Timeout = Deadline.Default,
    };

    public HttpClient CreateHttp2Client() => new()
    {
        BaseAddress = Http2,
        DefaultRequestVersion = HttpVersion.Version20,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Deadline.Default,
    };

    /// <summary>The same for a path on the WebSocket scheme.</summary>
    public Uri Socket(string path) => new UriBuilder(new Uri(Http1, path)) { Scheme = "ws" }.Uri;

    /// <summary>Sends a request as it stands and gives what comes until the connection ends.</summary>
    public async Task<string> AskRawAsync(string request)
    {
        using var connection = await ConnectAsync();
        await connection.SendAsync(request);
        return await connection.ReadToEndAsync();
    }

    /// <summary>A connection on which the test speaks HTTP/1 by hand.</summary>
    internal Task<RawConnection> ConnectAsync() => RawConnection.OpenAsync(new IPEndPoint(IPAddress.Loopback, Http1.Port));

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        if (_front is not null)
        {
            await _front.DisposeAsync();
        }

        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
    }
}
