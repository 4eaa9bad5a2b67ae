using System.Net;
using System.Text;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;
using Bridge.Protocol.V1;
using Bridge.Server.Tests.Hosting;
using Bridge.Server.Workers;
using Bridge.Server.Workers.Serving;

namespace Bridge.Server.Tests.Workers.Serving;

/// <summary>HTTP requests to applications that need no more than generated stubs.</summary>
public sealed class ServeHttpTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task A_worker_answers_one_request_after_the_other()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        for (var number = 1UL; number <= 3; number++)
        {
            var asking = Client.PostAsync(new Uri(bridge.Bridge.Http, $"/app/cart?x={number}"), new StringContent("hello"));

            var (instance, scope) = await worker.NextStartAsync();
            Assert.Equal(number, instance);
            Assert.Equal(("POST", "/app/cart", "/app", $"x={number}"), (scope.Http.Method, scope.Http.Path, scope.Http.RootPath, scope.Http.QueryString.ToStringUtf8()));
            Assert.Equal("hello", await ReadBodyAsync(worker, instance));
            await worker.RespondAsync(instance, $"answer {number}", 201);
            await worker.ReadyAsync();

            using var answer = await asking.WithDeadline();
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
            Assert.Equal($"answer {number}", await answer.Content.ReadAsStringAsync().WithDeadline());
        }
    }

    [Fact]
    public async Task A_large_body_goes_in_parts_both_ways()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var driver = new FakeDriver();
        var running = bridge.Begin(driver);
        var (instance, _) = await worker.NextStartAsync();
        var sent = new byte[(150 * 1024) + 7];
        new Random(1).NextBytes(sent);

        driver.Give(new HttpRequestEvent { Body = sent, MoreBody = false });

        var parts = new List<HttpRequest>();
        do
        {
            parts.Add((await worker.NextEventAsync(instance)).HttpRequest);
        }
        while (parts[^1].MoreBody);
        Assert.Equal([65536, 65536, 22535], parts.Select(part => part.Body.Length));
        Assert.Equal(sent, parts.SelectMany(part => part.Body));
        await worker.EventAsync(instance, Events.Head());
        await worker.EventAsync(instance, Events.Body(sent));
        await worker.FinishAsync(instance);
        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);
        Assert.Equal(sent, Assert.IsType<HttpResponseBodyEvent>(driver.TakeAll()[1]).BodyOrDefault.ToArray());
    }

    [Fact]
    public async Task An_application_that_has_failed_before_its_response_is_a_500()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:DetailedErrors", "true"));
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var asking = Client.GetAsync(new Uri(bridge.Bridge.Http, "/app"));
        var (instance, _) = await worker.NextStartAsync();

        await worker.FailAsync(instance, "ValueError: no such thing");

        using var answer = await asking.WithDeadline();
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal("ValueError: no such thing\n", await answer.Content.ReadAsStringAsync().WithDeadline());
    }

    [Fact]
    public async Task An_application_that_finishes_without_a_response_is_a_500_too()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var asking = Client.GetAsync(new Uri(bridge.Bridge.Http, "/app"));

        await worker.FinishAsync((await worker.NextStartAsync()).Instance);

        using var answer = await asking.WithDeadline();
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
    }

    [Fact]
    public async Task A_request_waits_until_a_worker_is_ready_and_each_call_takes_one()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var first = await StubWorker.DialAsync(bridge.Grpc);
        using var second = await StubWorker.DialAsync(bridge.Grpc);
        var (one, two) = (new FakeDriver(), new FakeDriver());
        var runs = new[] { bridge.Begin(one), bridge.Begin(two) };
        await bridge.Directory.WaitingAsync("app", 2);

        await first.ReadyAsync();
        var (instance, _) = await first.NextStartAsync();
        Assert.Equal(1, bridge.Directory.Of("app").Waiting);
        await second.ReadyAsync();
        var (other, _) = await second.NextStartAsync();

        await first.RespondAsync(instance, "first");
        await second.RespondAsync(other, "second");
        Assert.All(await Task.WhenAll(runs).WithDeadline(), ending => Assert.Equal(EndingKind.Finished, ending.Kind));
        Assert.Equal("first", Encoding.UTF8.GetString(Assert.IsType<HttpResponseBodyEvent>(one.TakeAll()[1]).BodyOrDefault.Span));
        Assert.Equal("second", Encoding.UTF8.GetString(Assert.IsType<HttpResponseBodyEvent>(two.TakeAll()[1]).BodyOrDefault.Span));
    }

    [Fact]
    public async Task What_a_session_has_refused_comes_whole_to_a_stub_worker()
    {
        await using var bridge = await WorkerBridge.StartAsync(("Bridge:Workers:RefusalPause", "00:01:00"));
        await using var sdk = await bridge.DialAsync("sdk");
        var driver = new FakeDriver();
        var running = bridge.Begin(driver);
        var exchange = await sdk.NextExchange();
        driver.Give(new HttpRequestEvent { Body = "one "u8.ToArray(), MoreBody = true });
        await WaitUntil.HoldsAsync(() => driver.Tokens.Count == 2, "the first part has been sent");
        using var stub = await StubWorker.DialReadyAsync(bridge.Grpc);
        await bridge.Directory.ReadyAsync("app", 2);

        exchange.Refuse(RefusedCode.Overloaded, "Full.");

        var (instance, _) = await stub.NextStartAsync();
        driver.Give(new HttpRequestEvent { Body = "two"u8.ToArray(), MoreBody = false });
        Assert.Equal("one two", await ReadBodyAsync(stub, instance));
        await stub.RespondAsync(instance, "done");
        Assert.Equal(EndingKind.Finished, (await running.WithDeadline()).Kind);
    }

    [Fact]
    [Covers("PB-15")]
    public async Task The_spec_version_is_what_the_whole_chain_keeps()
    {
        var versions = new List<string?>();
        Task Note(AsgiScope scope, Asgiref.Core.AsgiSend send)
        {
            if (scope is ConnectionScope)
            {
                versions.Add(scope.Asgi.SpecVersion);
            }

            return Http.Apps.RespondAsync(send, "noted");
        }

        await using var bridge = await TestBridge.StartAsync("hosted", (scope, _, send) => Note(scope, send));
        await using var sdk = (await TestWorker.DialAsync(bridge.Grpc)).Serve("sdk", (scope, _, send) => Note(scope, send));
        using var stub = await StubWorker.DialReadyAsync(bridge.Grpc, "stub");
        await bridge.Service<WorkerDirectory>().ReadyAsync("sdk");

        await Client.GetStringAsync(new Uri(bridge.Http, "/")).WithDeadline();
        await Client.GetStringAsync(new Uri(bridge.Http, "/sdk")).WithDeadline();
        var asking = Client.GetStringAsync(new Uri(bridge.Http, "/stub"));
        var (instance, scope) = await stub.NextStartAsync();
        await stub.RespondAsync(instance, "noted");
        await asking.WithDeadline();

        // In the first two, send raises when the client has gone, as 2.4 asks; over plain stubs it cannot.
        Assert.Equal(["2.5", "2.5"], versions);
        Assert.Equal("2.3", scope.Asgi.SpecVersion);
    }

    [Fact]
    [Covers("PB-14")]
    public async Task No_extension_is_offered_that_would_name_a_file_of_the_worker()
    {
        await using var bridge = await WorkerBridge.StartAsync();
        using var worker = await StubWorker.DialReadyAsync(bridge.Grpc);
        var offered = AsgiValueMap.Empty
            .With(HttpResponsePathSendEvent.TypeName, true)
            .With(HttpResponseZeroCopySendEvent.TypeName, true)
            .With("http.response.trailers", true);

        var running = bridge.Begin(scope: HostingFixture.Get with { Extensions = offered });

        var (instance, scope) = await worker.NextStartAsync();
        Assert.Equal(["http.response.trailers"], scope.Extensions.Entries.Keys);
        await worker.EventAsync(instance, new SendEvent { HttpResponseStart = new() { Status = 200 } });
        await worker.EventAsync(instance, new SendEvent { HttpResponsePathsend = new() { Path = "/etc/passwd" } });
        Assert.Equal(EndingKind.Lost, (await running.WithDeadline()).Kind);
    }

    [Theory]
    [InlineData("2.5", "2.3")]
    [InlineData("2.3", "2.3")]
    [InlineData("2.1", "2.1")]
    [InlineData("two", "two")]
    [InlineData(null, null)]
    public void The_version_of_a_scope_is_only_ever_lowered(string? given, string? expected)
    {
        var scope = HostingFixture.Get with { Asgi = new Asgiref.Core.Scopes.AsgiVersions("3.0", given) };

        Assert.Equal(expected, ServeScope.For(scope).Asgi.SpecVersion);
    }

    private static async Task<string> ReadBodyAsync(StubWorker worker, ulong instance)
    {
        var body = new StringBuilder();
        HttpRequest part;
        do
        {
            part = (await worker.NextEventAsync(instance)).HttpRequest;
            body.Append(part.Body.ToStringUtf8());
        }
        while (part.MoreBody);
        return body.ToString();
    }
}
