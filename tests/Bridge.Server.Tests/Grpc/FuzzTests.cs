using System.Globalization;
using Asgiref.Core.Events;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Xunit.Abstractions;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Tests.Grpc;

public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Calls = 400;

    /// <summary>Run, with bytes in the place of messages.</summary>
    private static readonly Method<byte[], byte[]> RawRun = new(
        MethodType.DuplexStreaming,
        "asgi_bridge.v1.ApplicationService",
        "Run",
        Marshallers.Create(bytes => bytes, bytes => bytes),
        Marshallers.Create(bytes => bytes, bytes => bytes));

    [Fact]
    public async Task Whatever_a_driver_sends_the_call_ends_in_a_clear_status_and_nothing_stays_behind()
    {
        var seed = Environment.GetEnvironmentVariable("BRIDGE_TEST_SEED") is { } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        output.WriteLine($"BRIDGE_TEST_SEED={seed}");
        var random = new Random(seed);
        await using var host = await GrpcHost.StartAsync(async (_, receive, send) =>
        {
            AsgiEvent message;
            do
            {
                message = await receive();
            }
            while (message is not (HttpDisconnectEvent or WebSocketDisconnectEvent)
                && message is not CustomEvent
                && message is not HttpRequestEvent { MoreBodyOrDefault: false });
        });
        using var channel = host.OpenChannel();
        var codes = new Dictionary<StatusCode, int>();
        for (var i = 0; i < Calls; i++)
        {
            var code = await RunAsync(channel, Wires(random)).WithDeadline();
            codes[code] = codes.GetValueOrDefault(code) + 1;
        }

        output.WriteLine(string.Join(", ", codes));
        Assert.All(codes.Keys, code => Assert.Contains(
            code, new[] { StatusCode.OK, StatusCode.InvalidArgument, StatusCode.NotFound, StatusCode.ResourceExhausted }));
        Assert.True(codes.ContainsKey(StatusCode.OK) && codes.ContainsKey(StatusCode.InvalidArgument));
        Assert.Equal(0, host.Metrics.LiveInstances);
    }

    private static List<byte[]> Wires(Random random)
    {
        V1.RunRequest[] messages = random.Next(3) switch
        {
            0 => [Messages.HttpStart(), Messages.Body("first", more: true), Messages.Body("last"), Messages.HttpDisconnect()],
            1 => [Messages.WebSocketStart(), Messages.WebSocketConnect(), Messages.WebSocketText("text"),
                new V1.RunRequest { Event = new() { WebsocketDisconnect = new() { Code = 1001 } } }],
            _ => [Messages.CustomStart(), Messages.Custom("chat.message"), Messages.Custom("chat.disconnect")],
        };
        var wires = messages.Select(message => message.ToByteArray()).ToList();
        for (var count = random.Next(3); count > 0; count--)
        {
            Spoil(wires, random);
        }

        return wires;
    }

    private static void Spoil(List<byte[]> wires, Random random)
    {
        var at = random.Next(wires.Count);
        switch (random.Next(5))
        {
            case 0:
                wires[at] = new byte[random.Next(100)];
                random.NextBytes(wires[at]);
                break;
            case 1:
                (wires[at], wires[0]) = (wires[0], wires[at]);
                break;
            case 2:
                wires.Insert(at, wires[random.Next(wires.Count)]);
                break;
            case 3:
                wires[at] = wires[at][..random.Next(wires[at].Length + 1)];
                break;
            default:
                wires[at] = [.. wires[at]];
                if (wires[at].Length > 0)
                {
                    wires[at][random.Next(wires[at].Length)] = (byte)random.Next(256);
                }

                break;
        }
    }

    private static async Task<StatusCode> RunAsync(GrpcChannel channel, List<byte[]> wires)
    {
        using var call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(RawRun, null, default);
        try
        {
            foreach (var wire in wires)
            {
                await call.RequestStream.WriteAsync(wire);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException)
        {
            // The bridge has ended the call already; the status is read below.
        }

        try
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
            }

            return call.GetStatus().StatusCode;
        }
        catch (RpcException error)
        {
            return error.StatusCode;
        }
    }
}
