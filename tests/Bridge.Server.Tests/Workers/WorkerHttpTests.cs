using System.Net;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Bridge.Server.Workers;

namespace Bridge.Server.Tests.Workers;

/// <summary>HTTP requests that an application in another process answers.</summary>
public sealed class WorkerHttpTests
{
    private static readonly HttpClient Client = new();

    [Fact]
    public async Task A_request_is_answered_by_the_application_of_a_worker_at_its_name()
    {
        await using var bridge = await TestBridge.StartAsync("hosted", (_, _, _) => Task.CompletedTask);
        await using var worker = await TestWorker.DialAsync(bridge.Grpc);
        worker.Serve("shop", EchoScope);
        await WorkersOf(bridge).ReadyAsync("shop");

        using var answer = await Client.PostAsync(new Uri(bridge.Http, "/shop/cart?x=1"), new StringContent("hello")).WithDeadline();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("POST /shop/cart root=/shop query=x=1 body=hello", await answer.Content.ReadAsStringAsync().WithDeadline());
    }

    private static WorkerDirectory WorkersOf(TestBridge bridge) => bridge.Service<WorkerDirectory>();

    private static async Task EchoScope(AsgiScope scope, AsgiReceive receive, AsgiSend send)
    {
        var http = (Asgiref.Core.Scopes.HttpScope)scope;
        var body = "";
        HttpRequestEvent request;
        do
        {
            request = (HttpRequestEvent)await receive();
            body += System.Text.Encoding.UTF8.GetString(request.BodyOrDefault.Span);
        }
        while (request.MoreBodyOrDefault);
        var text = $"{http.Method} {http.Path} root={http.RootPathOrDefault} query={System.Text.Encoding.UTF8.GetString(http.QueryString.Span)} body={body}";
        await send(new HttpResponseStartEvent { Status = 200, Headers = AsgiHeaders.Of(("content-type", "text/plain")) });
        await send(new HttpResponseBodyEvent { Body = System.Text.Encoding.UTF8.GetBytes(text) });
    }
}
