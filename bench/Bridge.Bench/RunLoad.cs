using Bridge.Protocol.V1;
using Google.Protobuf;
using Grpc.Net.Client;

namespace Bridge.Bench;

/// <summary>Load on <c>ApplicationService.Run</c>, through generated stubs.</summary>
internal sealed class RunLoad(GrpcChannel channel, int streams)
{
    private readonly ApplicationService.ApplicationServiceClient _client = new(channel);

    /// <summary>The messages of one GET, also the sizes that the bare echo carries.</summary>
    public static RunRequest GetStart { get; } = new() { Start = new RunStart { Application = "hello", Scope = HttpGet() } };

    public static RunRequest GetBody { get; } = new() { Event = new ReceiveEvent { HttpRequest = new HttpRequest() } };

    public static RunRequest Message { get; } =
        new() { Event = new ReceiveEvent { WebsocketReceive = new WebSocketMessage { Bytes = ByteString.CopyFrom(new byte[100]) } } };

    /// <summary>One call for each small GET.</summary>
    public Task<double> ExchangesAsync(TimeSpan time) => StreamLoad.MeasureAsync(streams, time, async hasTime =>
    {
        long count = 0;
        while (hasTime())
        {
            using var call = _client.Run();
            await call.RequestStream.WriteAsync(GetStart);
            await call.RequestStream.WriteAsync(GetBody);
            await call.RequestStream.CompleteAsync();
            var events = 0;
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
                events++;
            }

            count += events == 2 ? 1 : throw new InvalidOperationException($"The instance sent {events} events.");
        }

        return count;
    });

    /// <summary>One open call for each stream; each message waits for its echo.</summary>
    public Task<double> MessagesAsync(TimeSpan time) => StreamLoad.MeasureAsync(streams, time, async hasTime =>
    {
        using var call = _client.Run();
        await call.RequestStream.WriteAsync(new RunRequest { Start = new RunStart { Application = "echo", Scope = WebSocket() } });
        await call.RequestStream.WriteAsync(new RunRequest { Event = new ReceiveEvent { WebsocketConnect = new WebSocketConnect() } });
        await call.ResponseStream.MoveNext(CancellationToken.None);
        long count = 0;
        while (hasTime())
        {
            await call.RequestStream.WriteAsync(Message);
            count += await call.ResponseStream.MoveNext(CancellationToken.None) ? 1 : throw new InvalidOperationException("The echo ended.");
        }

        return count;
    });

    private static Scope HttpGet()
    {
        var scope = new Scope
        {
            Asgi = new AsgiVersions { Version = "3.0" },
            Http = new HttpScope { HttpVersion = "1.1", Method = "GET", Path = "/hello", Scheme = "http" },
        };
        for (var i = 0; i < 8; i++)
        {
            scope.Http.Headers.Add(new Header { Name = ByteString.CopyFromUtf8($"x-header-{i}"), Value = ByteString.CopyFromUtf8(new string('v', 34)) });
        }

        return scope;
    }

    private static Scope WebSocket() => new()
    {
        Asgi = new AsgiVersions { Version = "3.0" },
        Websocket = new WebSocketScope { Path = "/echo" },
    };
}
