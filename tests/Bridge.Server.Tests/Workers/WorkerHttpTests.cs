using System.Net;
using System.Text;
using Asgiref.Core;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Samples;
using Bridge.Server.Tests.Grpc;
using Bridge.Server.Tests.Http;
using Bridge.Server.Workers;
using Grpc.Core;
using Grpc.Net.Client;
using HttpScope = Asgiref.Core.Scopes.HttpScope;

namespace Bridge.Server.Tests.Workers;

/// <summary>HTTP requests that an application in another process answers, over real sockets on both sides.</summary>
public sealed class WorkerHttpTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task A_request_is_answered_by_the_application_of_a_worker_at_its_name()
    {
        await using var bridge = await StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("shop", EchoScopeAsync);
        await bridge.Service<WorkerDirectory>().ReadyAsync("shop");

        using var answer = await Client.PostAsync(new Uri(bridge.Http, "/shop/cart?x=1"), new StringContent("hello")).WithDeadline();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("POST /shop/cart root=/shop query=x=1 body=hello", await answer.Content.ReadAsStringAsync().WithDeadline());
    }

    [Fact]
    public async Task A_large_body_comes_back_whole()
    {
        await using var bridge = await StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("echo", EchoApplication.RunAsync);
        await bridge.Service<WorkerDirectory>().ReadyAsync("echo");
        var body = new byte[3_000_001];
        new Random(1).NextBytes(body);

        using var answer = await Client.PostAsync(new Uri(bridge.Http, "/echo"), new ByteArrayContent(body)).WithDeadline();

        Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync().WithDeadline());
    }

    [Theory]
    [InlineData("/app", "/app")]
    [InlineData("/app/", "/app")]
    [InlineData("/app/deep/er", "/app/deep")]
    [InlineData("/app/deeper", "/app")]
    [InlineData("/other", "")]
    public async Task The_longest_name_wins_over_a_shorter_one_and_over_what_is_hosted_at_the_root(string path, string root)
    {
        await using var bridge = await TestBridge.StartAsync("hosted", EchoScopeAsync);
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("app", EchoScopeAsync).Serve("app/deep", EchoScopeAsync);
        await bridge.Service<WorkerDirectory>().ReadyAsync("app/deep");

        var answer = await Client.GetStringAsync(new Uri(bridge.Http, path)).WithDeadline();

        Assert.Equal($"GET {path} root={root} query= body=", answer);
    }

    [Fact]
    public async Task A_hosted_application_keeps_its_path()
    {
        await using var bridge = await TestBridge.StartAsync(
            [new("hosted", Apps.Answering("hosted"))],
            ("Bridge:Http:Routes:0:Path", "/shop"), ("Bridge:Http:Routes:0:Application", "hosted"));
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("shop", Apps.Answering("worker"));
        await bridge.Service<WorkerDirectory>().ReadyAsync("shop");

        Assert.Equal("hosted", await Client.GetStringAsync(new Uri(bridge.Http, "/shop")).WithDeadline());
    }

    [Fact]
    public async Task A_route_can_leave_a_path_to_workers_and_then_the_name_is_none()
    {
        await using var bridge = await TestBridge.StartAsync(
            [new("hosted", Apps.Answering("hosted"))],
            ("Bridge:Http:Routes:0:Path", "/store"), ("Bridge:Http:Routes:0:Application", "shop"), ("Bridge:Http:Routes:0:Worker", "true"));
        var before = Client.GetStringAsync(new Uri(bridge.Http, "/store/x"));
        await bridge.Service<WorkerDirectory>().WaitingAsync("shop", 1);
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("shop", EchoScopeAsync);

        Assert.Equal("GET /store/x root=/store query= body=", await before.WithDeadline());
        using var byName = await Client.GetAsync(new Uri(bridge.Http, "/shop")).WithDeadline();
        Assert.Equal(HttpStatusCode.NotFound, byName.StatusCode);
    }

    [Fact]
    public async Task Without_mounting_a_worker_is_reached_over_gRPC_only()
    {
        await using var bridge = await StartAsync(("Bridge:Workers:Mount", "false"), ("Bridge:Http:Routes:0:Path", "/hosted"), ("Bridge:Http:Routes:0:Application", "hosted"));
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("shop", EchoApplication.RunAsync);
        await bridge.Service<WorkerDirectory>().ReadyAsync("shop");
        using var channel = GrpcChannel.ForAddress(bridge.Grpc);

        using var answer = await Client.GetAsync(new Uri(bridge.Http, "/shop")).WithDeadline();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart("shop"), Messages.Body("over gRPC"));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        (await call.EndAsync()).AssertIs(StatusCode.OK, "finished");
    }

    [Fact]
    public async Task An_application_that_raises_before_its_response_is_a_500_and_logged()
    {
        await using var bridge = await StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("app", (_, _, _) => throw new InvalidOperationException("broken"));
        await bridge.Service<WorkerDirectory>().ReadyAsync("app");

        using var answer = await Client.GetAsync(new Uri(bridge.Http, "/app")).WithDeadline();

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains(bridge.Log.Errors, message => message.Contains("an instance of application app failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_raises_later_cuts_the_connection()
    {
        await using var bridge = await StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("app", async (_, _, send) =>
        {
            await send(Apps.Start());
            await send(Apps.Body("half", moreBody: true));
            throw new InvalidOperationException("broken");
        });
        await bridge.Service<WorkerDirectory>().ReadyAsync("app");

        var error = await Record.ExceptionAsync(() => Client.GetStringAsync(new Uri(bridge.Http, "/app")).WithDeadline());

        Assert.IsType<HttpRequestException>(error);
    }

    [Fact]
    public async Task A_worker_that_dies_before_the_response_is_a_502_and_later_cuts_the_connection()
    {
        await using var bridge = await StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Offer("app", OfferState.Ready);
        await bridge.Service<WorkerDirectory>().ReadyAsync("app");
        var before = Client.GetAsync(new Uri(bridge.Http, "/app"));
        (await worker.NextExchange()).Accept();
        var after = Client.GetAsync(new Uri(bridge.Http, "/app"), HttpCompletionOption.ResponseHeadersRead);
        var exchange = await worker.NextExchange();
        var head = new SendEvent { HttpResponseStart = new HttpResponseStart { Status = 200 } };
        await exchange.SendAsync(PayloadKind.Event, Google.Protobuf.MessageExtensions.ToByteArray(head), more: false);
        await exchange.SendAsync(PayloadKind.Body, "half"u8.ToArray(), more: true);
        using var begun = await after.WithDeadline();

        worker.Kill();

        using var lost = await before.WithDeadline();
        Assert.Equal(HttpStatusCode.BadGateway, lost.StatusCode);
        var error = await Record.ExceptionAsync(() => begun.Content.ReadAsStringAsync().WithDeadline());
        Assert.True(error is HttpRequestException or IOException, $"{error}");
    }

    [Fact]
    public async Task An_application_without_a_place_is_a_503_with_the_time_to_retry()
    {
        await using var bridge = await StartAsync(("Bridge:Workers:QueueTime", "00:00:00.001"));
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Offer("app", OfferState.Added);
        await WaitUntil.HoldsAsync(() => bridge.Service<WorkerDirectory>().Names.Contains("app"));

        using var answer = await Client.GetAsync(new Uri(bridge.Http, "/app")).WithDeadline();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task A_head_that_is_more_than_the_worker_takes_is_a_431()
    {
        await using var bridge = await StartAsync();
        await using var worker = await TestWorker.DialAsync(bridge.Grpc, options: new SessionOptions { HeadBytes = 500 });
        worker.Serve("app", Apps.Answering("ok"));
        await bridge.Service<WorkerDirectory>().ReadyAsync("app");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(bridge.Http, "/app"));
        request.Headers.Add("x-large", new string('x', 1000));

        using var answer = await Client.SendAsync(request).WithDeadline();

        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task A_client_on_a_session_drives_what_is_hosted_and_what_workers_serve()
    {
        await using var bridge = await StartAsync();
        await using var worker = (await TestWorker.DialAsync(bridge.Grpc)).Serve("app", Apps.Answering("from the worker"));
        await bridge.Service<WorkerDirectory>().ReadyAsync("app");
        await using var client = await TestWorker.DialAsClientAsync(bridge.Grpc);

        Assert.Equal("from the bridge", await GetAsync(client, "hosted"));
        Assert.Equal("from the worker", await GetAsync(client, "app"));

        var status = client.Session.Open(Target("nobody"), ScopeBytes(), null, out var exchange);
        Assert.Equal(OpenStatus.Opened, status);
        await exchange!.ReceiveAsync().WithDeadline();
        Assert.Equal(RefusedCode.NotFound, exchange.Ending!.RefusedCode);
    }

    private static InstanceTarget Target(string application) => new() { Application = application, Conversation = ConversationKind.Http };

    private static byte[] ScopeBytes() => Google.Protobuf.MessageExtensions.ToByteArray(Messages.HttpStart("any").Start.Scope);

    private static async Task<string> GetAsync(TestWorker client, string application)
    {
        Assert.Equal(OpenStatus.Opened, client.Session.Open(Target(application), ScopeBytes(), null, out var exchange));
        var text = "";
        while (await exchange!.ReceiveAsync().WithDeadline() is { Kind: not ReceivedKind.End } received)
        {
            text += received.Kind == ReceivedKind.Body ? Encoding.UTF8.GetString(received.Data.Span) : "";
            exchange.Taken(received);
        }

        return text;
    }

    private static Task<TestBridge> StartAsync(params (string Key, string Value)[] settings) =>
        TestBridge.StartAsync("hosted", Apps.Answering("from the bridge"), settings);

    private static async Task EchoScopeAsync(Asgiref.Core.Scopes.AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        if (scope is not HttpScope http)
        {
            return;
        }

        var body = Encoding.UTF8.GetString(await Apps.ReadBodyAsync(receive) ?? []);
        await Apps.RespondAsync(
            send, $"{http.Method} {http.Path} root={http.RootPathOrDefault} query={Encoding.UTF8.GetString(http.QueryString.Span)} body={body}");
    }
}
