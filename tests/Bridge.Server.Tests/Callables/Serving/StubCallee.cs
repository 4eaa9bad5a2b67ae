using Bridge.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Request = Bridge.Protocol.V1.CallableServiceServeRequest;
using Response = Bridge.Protocol.V1.CallableServiceServeResponse;

namespace Bridge.Server.Tests.Callables.Serving;

/// <summary>A callable with nothing but the generated stub, on a real channel: one stream, step by step in the hands of the test.</summary>
internal sealed class StubCallee : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<Request, Response> _stream;

    public StubCallee(Uri bridge)
    {
        _channel = GrpcChannel.ForAddress(bridge);
        _stream = new CallableService.CallableServiceClient(_channel).Serve();
    }

    /// <summary>Dials in, registers and reads the answer.</summary>
    public static async Task<StubCallee> DialAsync(Uri bridge, string callable = "f", CallableKind kind = CallableKind.Sync)
    {
        var callee = new StubCallee(bridge);
        await callee.RegisterAsync(callable, kind);
        Assert.NotEmpty((await callee.NextAsync()).Registered.Node);
        return callee;
    }

    /// <summary>The same, and says that it is ready.</summary>
    public static async Task<StubCallee> DialReadyAsync(Uri bridge, string callable = "f", CallableKind kind = CallableKind.Sync)
    {
        var callee = await DialAsync(bridge, callable, kind);
        await callee.ReadyAsync();
        return callee;
    }

    public Task RegisterAsync(string callable, CallableKind kind = CallableKind.Sync) =>
        SendAsync(new Request { Register = new Callable { Name = callable, Kind = kind } });

    public Task ReadyAsync() => SendAsync(new Request { Ready = new CallReady() });

    public Task DrainAsync() => SendAsync(new Request { Drain = new CallDrain { Reason = "The test drains." } });

    public Task AnswerAsync(ulong number, CallEvent message) => SendAsync(new Request { Number = number, Event = message });

    public Task SendAsync(Request message) => _stream.RequestStream.WriteAsync(message).WithDeadline();

    public Task HalfCloseAsync() => _stream.RequestStream.CompleteAsync().WithDeadline();

    public async Task<Response> NextAsync()
    {
        Assert.True(await _stream.ResponseStream.MoveNext(CancellationToken.None).WithDeadline());
        return _stream.ResponseStream.Current;
    }

    public async Task<(ulong Number, ServedCall Call)> NextCallAsync()
    {
        var message = await NextAsync();
        Assert.Equal(Response.KindOneofCase.Call, message.KindCase);
        return (message.Number, message.Call);
    }

    /// <summary>Reads on to the end of the stream.</summary>
    public async Task<Status> StatusAsync()
    {
        try
        {
            while (await _stream.ResponseStream.MoveNext(CancellationToken.None).WithDeadline())
            {
                // What was on the way.
            }

            return _stream.GetStatus();
        }
        catch (RpcException error)
        {
            return error.Status;
        }
    }

    /// <summary>Dies without a word.</summary>
    public void Kill() => _stream.Dispose();

    public void Dispose()
    {
        _stream.Dispose();
        _channel.Dispose();
    }
}
