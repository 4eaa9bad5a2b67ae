using Bridge.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Request = Bridge.Protocol.V1.ApplicationServiceServeRequest;
using Response = Bridge.Protocol.V1.ApplicationServiceServeResponse;

namespace Bridge.Server.Tests.Workers.Serving;

/// <summary>A worker with nothing but the generated stub, on a real channel: one call, step by step in the hands of the test.</summary>
internal sealed class StubWorker : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<Request, Response> _call;

    public StubWorker(Uri bridge, string? token = null)
    {
        _channel = GrpcChannel.ForAddress(bridge);
        var metadata = new Metadata();
        if (token is not null)
        {
            metadata.Add("authorization", token);
        }

        _call = new ApplicationService.ApplicationServiceClient(_channel).Serve(metadata);
    }

    /// <summary>Dials in, registers and reads the answer.</summary>
    public static async Task<StubWorker> DialAsync(Uri bridge, string application = "app", bool lifespan = false)
    {
        var worker = new StubWorker(bridge);
        await worker.RegisterAsync(application, lifespan);
        Assert.NotEmpty((await worker.NextAsync()).Registered.Node);
        return worker;
    }

    /// <summary>The same, and says that it is ready.</summary>
    public static async Task<StubWorker> DialReadyAsync(Uri bridge, string application = "app")
    {
        var worker = await DialAsync(bridge, application);
        await worker.ReadyAsync();
        return worker;
    }

    public Task RegisterAsync(string application, bool lifespan = false) =>
        SendAsync(new Request { Register = new() { Application = application, Lifespan = lifespan } });

    public Task ReadyAsync() => SendAsync(new Request { Ready = new() });

    public Task DrainAsync() => SendAsync(new Request { Drain = new() { Reason = "The test drains." } });

    public Task FinishAsync(ulong instance) => SendAsync(new Request { Instance = instance, Finished = new() });

    public Task FailAsync(ulong instance, string message) =>
        SendAsync(new Request { Instance = instance, Failed = new() { Message = message } });

    public Task EventAsync(ulong instance, SendEvent message) => SendAsync(new Request { Instance = instance, Event = message });

    public Task SendAsync(Request message) => _call.RequestStream.WriteAsync(message).WithDeadline();

    public Task HalfCloseAsync() => _call.RequestStream.CompleteAsync().WithDeadline();

    /// <summary>A whole small response, and the end of the instance.</summary>
    public async Task RespondAsync(ulong instance, string body, int status = 200)
    {
        await EventAsync(instance, Events.Head(status));
        await EventAsync(instance, Events.Body(body));
        await FinishAsync(instance);
    }

    public async Task<Response> NextAsync()
    {
        Assert.True(await _call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline());
        return _call.ResponseStream.Current;
    }

    public async Task<(ulong Instance, Scope Scope)> NextStartAsync()
    {
        // The disconnect of an instance that has finished meanwhile may come first.
        Response message;
        do
        {
            message = await NextAsync();
        }
        while (message.KindCase == Response.KindOneofCase.Event);
        Assert.Equal(Response.KindOneofCase.Start, message.KindCase);
        return (message.Instance, message.Start.Scope);
    }

    public async Task<ReceiveEvent> NextEventAsync(ulong instance)
    {
        var message = await NextAsync();
        Assert.Equal((instance, Response.KindOneofCase.Event), (message.Instance, message.KindCase));
        return message.Event;
    }

    /// <summary>Reads on to the end of the call.</summary>
    public async Task<Status> StatusAsync()
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline())
            {
                // What was on the way.
            }

            return _call.GetStatus();
        }
        catch (RpcException error)
        {
            return error.Status;
        }
    }

    /// <summary>Dies without a word.</summary>
    public void Kill() => _call.Dispose();

    public void Dispose()
    {
        _call.Dispose();
        _channel.Dispose();
    }
}
