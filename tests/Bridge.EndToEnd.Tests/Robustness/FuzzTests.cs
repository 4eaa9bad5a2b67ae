using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Bridge.EndToEnd.Tests.Http;
using Bridge.EndToEnd.Tests.Running;
using Bridge.Protocol.V1;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Bridge.EndToEnd.Tests.Robustness;

/// <summary>Nonsense at the running server: every exchange ends in time with a clear status, and no instance is left.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Rounds = 400;

    /// <summary>How long the server may hope for the rest of a request that is not whole; a refusal comes sooner.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly int _seed = Environment.TickCount;

    [Fact]
    public async Task Mutated_http_requests_end_with_a_clear_status_and_leave_no_instance()
    {
        output.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        await using var bridge = await BridgeProcess.StartAsync(ServerSettings.Samples);
        var address = bridge.Http("/");
        var valid = Encoding.ASCII.GetBytes(
            "POST /echo?a=b HTTP/1.1\r\nhost: bridge\r\nx-echo-a: one\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
            + "5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n");

        for (var round = 0; round < Rounds; round++)
        {
            var request = Mutation.Of(valid, random);
            var answer = await RawHttp.ExchangeAsync(address, request, Patience);
            AssertClear(answer, $"seed {_seed}, round {round}: {Convert.ToHexString(request)}\n{bridge.Said}");
        }

        await AssertUnharmedAsync(bridge);
    }

    [Fact]
    public async Task Mutated_run_messages_end_with_a_status_and_leave_no_instance()
    {
        output.WriteLine($"seed {_seed}");
        var random = new Random(_seed);
        await using var bridge = await BridgeProcess.StartAsync(ServerSettings.Samples);
        using var client = new HttpClient();
        var valid = ValidMessages();

        for (var round = 0; round < Rounds; round++)
        {
            var messages = valid.SelectMany(message => Framed(random.Next(2) == 0 ? message : Mutation.Of(message, random)));
            var status = await RunAsync(client, bridge, [.. messages]);
            Assert.True(status is not null, $"no grpc-status: seed {_seed}, round {round}\n{bridge.Said}");
        }

        await AssertUnharmedAsync(bridge);
    }

    private static byte[][] ValidMessages()
    {
        var scope = new Scope { Http = new HttpScope { HttpVersion = "1.1", Method = "POST", Path = "/a" } };
        scope.Http.Headers.Add(new Header { Name = ByteString.CopyFromUtf8("x-echo-a"), Value = ByteString.CopyFromUtf8("one") });
        RunRequest[] messages =
        [
            new() { Start = new RunStart { Application = "echo", Scope = scope } },
            new() { Event = new ReceiveEvent { HttpRequest = new HttpRequest { Body = ByteString.CopyFromUtf8("hello"), MoreBody = true } } },
            new() { Event = new ReceiveEvent { HttpRequest = new HttpRequest { Body = ByteString.CopyFromUtf8("again") } } },
        ];
        return [.. messages.Select(message => message.ToByteArray())];
    }

    private static byte[] Framed(byte[] message)
    {
        var framed = new byte[message.Length + 5];
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        message.CopyTo(framed, 5);
        return framed;
    }

    /// <summary>The grpc-status of one call whose request stream is these bytes and then its end.</summary>
    private static async Task<string?> RunAsync(HttpClient client, BridgeProcess bridge, byte[] messages)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://{bridge.GrpcAddress}/asgi_bridge.v1.ApplicationService/Run")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(messages) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        // An instance that waits for an event which the nonsense does not hold ends by this.
        request.Headers.Add("grpc-timeout", "300m");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        using var response = await client.SendAsync(request).WithDeadline();
        await response.Content.CopyToAsync(Stream.Null).WithDeadline();
        return response.TrailingHeaders.TryGetValues("grpc-status", out var trailing) || response.Headers.TryGetValues("grpc-status", out trailing)
            ? trailing.Single()
            : null;
    }

    private static void AssertClear(byte[] answer, string context)
    {
        // Nothing at all: the connection was closed on input that never became a request, or whose body broke off.
        var text = Encoding.Latin1.GetString(answer);
        Assert.True(text.Length == 0 || text.StartsWith("HTTP/1.", StringComparison.Ordinal), $"{text}\n{context}");
        Assert.False(text.Length > 0 && text[9..12] is "500" or "502" or "503" or "504", $"{text}\n{context}");
    }

    private static async Task AssertUnharmedAsync(BridgeProcess bridge)
    {
        await ServerMetrics.WaitForNoLiveInstanceAsync(bridge);
        using var client = new HttpClient();
        using var echo = await client.PostAsync(bridge.Http("/echo"), new StringContent("still here")).WithDeadline();
        Assert.Equal("still here", await echo.Content.ReadAsStringAsync());
    }
}
