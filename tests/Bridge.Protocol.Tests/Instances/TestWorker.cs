using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Instances;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.Tests.Sessions;
using Bridge.Server.Tests.Hosting;

namespace Bridge.Protocol.Tests.Instances;

/// <summary>A worker with the application "app", and the bridge's end of its session.</summary>
internal sealed class TestWorker
{
    private TestWorker(TwoSessions sessions, TestHost host, InProcessApplication application, FakeClock clock)
    {
        Sessions = sessions;
        Host = host;
        Application = application;
        Clock = clock;
    }

    /// <summary>Times that no session has, so that a test can tell which timer is armed.</summary>
    public static HostingLimits Limits { get; } = new() { GraceTime = TimeSpan.FromSeconds(7), CancellationTime = TimeSpan.FromSeconds(3) };

    public static TimeSpan ClosePatience { get; } = TimeSpan.FromSeconds(8);

    public static HttpScope Get { get; } = new() { HttpVersion = "1.1", Method = "GET", Path = "/" };

    public static WebSocketScope Socket { get; } = new() { HttpVersion = "1.1", Path = "/" };

    public TwoSessions Sessions { get; }

    public TestHost Host { get; }

    public InProcessApplication Application { get; }

    public FakeClock Clock { get; }

    public Session Bridge => Sessions.Server;

    public static async Task<TestWorker> Start(AsgiApplication application, int maxInstances = 100, SessionOptions? options = null)
    {
        var clock = new FakeClock();
        var host = new TestHost(Limits, clock);
        var hosted = new InProcessApplication(new ApplicationDefinition("app", application) { MaxInstances = maxInstances }, host);
        var sessions = await TwoSessions.Start(clientOptions: options, clock: clock);
        sessions.ClientHandler.OnAccept = exchange => _ = InstanceAcceptor.AcceptAsync(exchange, name => name == "app" ? hosted : null);
        return new TestWorker(sessions, host, hosted, clock);
    }

    public RemoteInstance Instance(AsgiScope scope, IDriver driver, string application = "app") =>
        new(application, scope, driver, ClosePatience, Clock);

    /// <summary>Runs an instance for a driver whose client the test plays.</summary>
    public async Task<InstanceEnding> Run(AsgiScope scope, FakeDriver driver)
    {
        var ending = await Instance(scope, driver).RunAsync(Bridge).WithDeadline();
        driver.Ended = true;
        return ending;
    }

    /// <summary>Waits until the bridge's end has heard that the place of the instance is free.</summary>
    public async Task<ExchangeEnding> NextOver() => (await Sessions.ServerHandler.NextOver()).Ending!;

    public static HttpRequestEvent Body(string text, bool more) => new() { Body = System.Text.Encoding.UTF8.GetBytes(text), MoreBody = more };

    public static async Task Respond(AsgiSend send, string text)
    {
        await send(new HttpResponseStartEvent { Status = 200 });
        await send(new HttpResponseBodyEvent { Body = System.Text.Encoding.UTF8.GetBytes(text) });
    }

    public static string TextOf(AsgiEvent message) => message switch
    {
        HttpRequestEvent request => System.Text.Encoding.UTF8.GetString(request.BodyOrDefault.Span),
        HttpResponseBodyEvent body => System.Text.Encoding.UTF8.GetString(body.BodyOrDefault.Span),
        WebSocketReceiveEvent received => received.Text!,
        WebSocketSendEvent sent => sent.Text!,
        _ => message.Type,
    };
}
