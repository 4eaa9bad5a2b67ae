using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Asgiref.Core.Wsgi;
using Bridge.Server.Hosting;
using Bridge.Server.Samples;
using Bridge.Server.Tests.Hosting;

namespace Bridge.Server.Tests.Samples;

public sealed class SampleTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task With_nothing_configured_the_root_says_what_to_try_and_what_it_says_works()
    {
        await using var bridge = await TestBridge.StartAsync((IReadOnlyList<HostedApplication>?)null);

        var page = await Client.GetStringAsync(bridge.Http).WithDeadline();
        Assert.Contains($"curl {bridge.Http.AbsoluteUri}wsgi\n", page, StringComparison.Ordinal);
        Assert.Contains($"curl -d hello {bridge.Http.AbsoluteUri}echo\n", page, StringComparison.Ordinal);
        Assert.Contains($"curl {bridge.Management.AbsoluteUri}readyz\n", page, StringComparison.Ordinal);

        var wsgi = await Client.GetStringAsync(new Uri(bridge.Http, "/wsgi/some%20path?q=1")).WithDeadline();
        Assert.Contains("SCRIPT_NAME=/wsgi\nPATH_INFO=/some path\nQUERY_STRING=q=1\n", wsgi, StringComparison.Ordinal);

        using var content = new StringContent("hello");
        using var echo = await Client.PostAsync(new Uri(bridge.Http, "/echo"), content).WithDeadline();
        Assert.Equal("hello", await echo.Content.ReadAsStringAsync().WithDeadline());
        Assert.Equal("text/plain; charset=utf-8", echo.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    [Covers("PEP-51", "HTTP-08")]
    public async Task A_chunked_upload_reaches_a_wsgi_application_decoded()
    {
        await using var wsgi = new WsgiToAsgi((environ, startResponse) =>
        {
            startResponse("200 OK", []);
            using var copy = new MemoryStream();
            environ.Input().CopyTo(copy);
            return [copy.ToArray()];
        });
        await using var bridge = await TestBridge.StartAsync("upload", wsgi.Application);

        using var request = new HttpRequestMessage(HttpMethod.Post, bridge.Http) { Content = new StringContent("in chunks") };
        request.Headers.TransferEncodingChunked = true;
        using var response = await Client.SendAsync(request).WithDeadline();

        Assert.Equal("in chunks", await response.Content.ReadAsStringAsync().WithDeadline());
    }

    [Theory]
    [InlineData("/elsewhere", 404)]
    [InlineData("/s", 404)]
    [InlineData("/shop", 200)]
    [InlineData("/shop/", 200)]
    [InlineData("/shop/cart", 404)]
    public async Task The_welcome_page_is_at_its_mount_point_and_nowhere_else(string path, int status)
    {
        using var fixture = new HostingFixture(new WelcomeApplication(() => "welcome").RunAsync);
        var driver = new FakeDriver();

        var ending = await fixture.RunAsync(driver, HostingFixture.Get with { Path = path, RootPath = "/shop" });

        Assert.Equal(EndingKind.Finished, ending.Kind);
        Assert.Equal(status, Assert.IsType<HttpResponseStartEvent>(driver.TakeAll()[0]).Status);
    }

    [Fact]
    public async Task The_echo_streams_the_body_and_reflects_its_fields_in_order_with_their_bytes()
    {
        using var fixture = new HostingFixture(EchoApplication.RunAsync);
        AsgiHeader[] reflected =
        [
            new("x-echo-a", "1"),
            new("content-type", "application/x-raw"),
            new("x-echo-b"u8.ToArray(), new byte[] { 0xff, 0x80 }),
            new("x-echo-a", "2"),
        ];
        var driver = new FakeDriver();
        var running = fixture.RunAsync(driver, HostingFixture.Get with
        {
            Headers = AsgiHeaders.Wrap([new("host", "localhost"), .. reflected, new("x-echo", "no")]),
        });

        Assert.Equal(AsgiHeaders.Wrap(reflected), Assert.IsType<HttpResponseStartEvent>(await driver.TakeAsync()).Headers);
        driver.Give(new HttpRequestEvent { Body = "first"u8.ToArray(), MoreBody = true });
        Assert.Equal("first"u8.ToArray(), Assert.IsType<HttpResponseBodyEvent>(await driver.TakeAsync()).BodyOrDefault.ToArray());
        driver.Give(new HttpRequestEvent());

        Assert.Equal(new InstanceEnding(EndingKind.Finished, Asgiref.Core.Rules.SendProgress.Complete), await running);
    }

    [Fact]
    public async Task The_echo_sends_back_the_messages_of_a_WebSocket_and_takes_the_first_subprotocol()
    {
        using var fixture = new HostingFixture(EchoApplication.RunAsync);
        var driver = new FakeDriver();
        var running = fixture.RunAsync(driver, new WebSocketScope { Path = "/echo", Subprotocols = ["one", "two"] });

        driver.Give(new WebSocketConnectEvent());
        Assert.Equal("one", Assert.IsType<WebSocketAcceptEvent>(await driver.TakeAsync()).Subprotocol);
        driver.Give(new WebSocketReceiveEvent { Text = "text" });
        Assert.Equal("text", Assert.IsType<WebSocketSendEvent>(await driver.TakeAsync()).Text);
        driver.Give(new WebSocketReceiveEvent { Bytes = new byte[] { 1, 2 } });
        Assert.Equal([1, 2], Assert.IsType<WebSocketSendEvent>(await driver.TakeAsync()).Bytes!.Value.ToArray());
        driver.Give(new WebSocketDisconnectEvent { Code = 1000 });

        await running;
        Assert.Empty(fixture.Log.Errors);
    }
}
