using System.Net.WebSockets;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Bridge.Server.Metrics;
using Bridge.Server.Tests.Http;

namespace Bridge.Server.Tests.WebSockets;

public sealed class ClosingTests
{
    private const int Close = 8;

    [Theory]
    [InlineData(1000, "")]
    [InlineData(1001, "going")]
    [InlineData(3000, "a reason of ours: ümläut")]
    [InlineData(4999, "")]
    [Covers("WS-36", "WS-37", "WS-38")]
    public async Task The_application_hears_code_and_reason_of_the_client(int code, string reason)
    {
        var gone = new TaskCompletionSource<WebSocketDisconnectEvent>();
        await using var host = await FrontHost.StartAsync(Sockets.Waiting(gone));
        using var connection = await host.ConnectRawAsync();
        await connection.SendFrameAsync(Close, Sockets.ClosePayload(code, reason));
        var (opcode, payload) = await connection.ReadFrameAsync();
        var disconnect = await gone.Task.WithDeadline();

        Assert.Equal((code, reason), (disconnect.Code, disconnect.Reason));
        Assert.Equal(Close, opcode);
        Assert.Equal(Sockets.ClosePayload(code), payload);
        Assert.Equal("", await connection.ReadToEndAsync());
        Assert.Equal(EndingKind.Disconnected, (await host.App.NextEndingAsync()).Kind);
    }

    [Fact]
    [Covers("WS-37", "KES-12", "GAP-04")]
    public async Task A_close_without_a_code_is_1005()
    {
        var gone = new TaskCompletionSource<WebSocketDisconnectEvent>();
        await using var host = await FrontHost.StartAsync(Sockets.Waiting(gone));
        using var connection = await host.ConnectRawAsync();
        await connection.SendFrameAsync(2, new byte[70_000]);
        await connection.SendFrameAsync(Close, Array.Empty<byte>());

        Assert.Equal(1005, (await gone.Task.WithDeadline()).Code);
        Assert.Equal(Sockets.ClosePayload(1000), (await connection.ReadFrameAsync()).Payload);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("WS-39", "KES-13", "GAP-04")]
    public async Task A_connection_lost_without_a_close_frame_is_1006(bool reset)
    {
        var gone = new TaskCompletionSource<WebSocketDisconnectEvent>();
        await using var host = await FrontHost.StartAsync(Sockets.Waiting(gone));
        using var connection = await host.ConnectRawAsync();
        if (reset)
        {
            connection.Reset();
        }
        else
        {
            connection.Dispose();
        }

        var disconnect = await gone.Task.WithDeadline();
        Assert.Equal((1006, ""), (disconnect.Code, disconnect.Reason));
        Assert.Equal(EndingKind.Disconnected, (await host.App.NextEndingAsync()).Kind);
    }

    [Fact]
    public async Task What_the_client_said_before_its_close_is_heard_first()
    {
        var go = new TaskCompletionSource();
        var heard = new TaskCompletionSource<List<AsgiEvent>>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await Sockets.AcceptAsync(receive, send);
            await go.Task;
            List<AsgiEvent> events = [];
            do
            {
                events.Add(await receive());
            }
            while (events[^1] is WebSocketReceiveEvent);
            heard.SetResult(events);
        });
        using var connection = await host.ConnectRawAsync();
        await connection.SendFrameAsync(1, "one"u8.ToArray());
        await connection.SendFrameAsync(1, "two"u8.ToArray());
        await connection.SendFrameAsync(Close, Sockets.ClosePayload(1000));
        Assert.Equal(Close, (await connection.ReadFrameAsync()).Opcode);
        go.SetResult();
        var events = await heard.Task.WithDeadline();

        Assert.Equal(["one", "two"], events.OfType<WebSocketReceiveEvent>().Select(message => message.Text));
        Assert.Equal(1000, Assert.IsType<WebSocketDisconnectEvent>(events[^1]).Code);
    }

    [Theory]
    [InlineData("illegal close code", 1002)]
    [InlineData("stray continuation", 1002)]
    [InlineData("reserved bit", 1002)]
    [InlineData("close of one byte", 1002)]
    [InlineData("text that is not UTF-8", 1007)]
    [Covers("KES-13")]
    public async Task A_client_that_breaks_the_protocol_is_told_so(string breach, int code)
    {
        var gone = new TaskCompletionSource<WebSocketDisconnectEvent>();
        await using var host = await FrontHost.StartAsync(Sockets.Waiting(gone));
        using var connection = await host.ConnectRawAsync();
        await connection.SendAsync(breach switch
        {
            "illegal close code" => Sockets.Frame(Close, Sockets.ClosePayload(1006)),
            "stray continuation" => Sockets.Frame(0, "x"u8),
            "reserved bit" => Sockets.Frame(2, "x"u8, rsv: 0x40),
            "close of one byte" => Sockets.Frame(Close, [3]),
            _ => Sockets.Frame(1, [0xC3, 0x28]),
        });
        var (opcode, payload) = await connection.ReadFrameAsync();

        Assert.Equal((Close, code), (opcode, (payload[0] << 8) | payload[1]));
        Assert.Equal(code, (await gone.Task.WithDeadline()).Code);
    }

    [Theory]
    [InlineData(null, null, 1000, "")]
    [InlineData(1011, "a fault", 1011, "a fault")]
    [InlineData(1012, null, 1012, "")]
    [InlineData(1013, null, 1013, "")]
    [InlineData(3000, "", 3000, "")]
    [InlineData(4999, "bye", 4999, "bye")]
    [Covers("WS-42", "WS-43", "WS-44", "WS-46", "VER-04", "KES-14", "WS-36")]
    public async Task The_client_hears_code_and_reason_of_the_application(int? code, string? reason, int heardCode, string heardReason)
    {
        var gone = new TaskCompletionSource<AsgiEvent>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await Sockets.AcceptAsync(receive, send);
            await send(new WebSocketCloseEvent { Code = code, Reason = reason });
            gone.SetResult(await receive());
        });
        using var client = await host.OpenAsync();

        Assert.Equal(WebSocketMessageType.Close, (await client.ReceiveMessageAsync()).Type);
        Assert.Equal((heardCode, heardReason), ((int)client.CloseStatus!.Value, client.CloseStatusDescription ?? ""));
        Assert.Equal(heardCode, Assert.IsType<WebSocketDisconnectEvent>(await gone.Task.WithDeadline()).Code);
        await client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).WithDeadline();
        Assert.Equal(EndingKind.Finished, (await host.App.NextEndingAsync()).Kind);
    }

    [Theory]
    [InlineData(EndingKind.Finished, 1000)]
    [InlineData(EndingKind.Failed, 1011)]
    [InlineData(EndingKind.Lost, 1001)]
    [Covers("WS-01")]
    internal async Task The_socket_ends_with_its_instance(EndingKind ending, int code)
    {
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await Sockets.AcceptAsync(receive, send);
            if (ending != EndingKind.Finished)
            {
                throw new TestApplication.EndAs(ending);
            }
        });
        using var client = await host.OpenAsync();

        Assert.Equal(WebSocketMessageType.Close, (await client.ReceiveMessageAsync()).Type);
        Assert.Equal(code, (int)client.CloseStatus!.Value);
    }

    [Fact]
    public async Task A_client_that_never_answers_a_close_is_cut_off_in_time()
    {
        var clock = new FakeClock();
        await using var host = await FrontHost.StartAsync(
            async (_, receive, send) =>
            {
                await Sockets.AcceptAsync(receive, send);
                await send(new WebSocketCloseEvent());
            },
            new() { ["Bridge:WebSockets:CloseTimeout"] = "00:00:07", ["Bridge:WebSockets:AcceptTimeout"] = "0" },
            clock);
        using var connection = await host.ConnectRawAsync();
        Assert.Equal(Close, (await connection.ReadFrameAsync()).Opcode);
        await host.App.NextEndingAsync();
        await clock.UntilArmedAsync(TimeSpan.FromSeconds(7));
        clock.Advance(TimeSpan.FromSeconds(7));

        Assert.Equal("", await connection.ReadToEndAsync());
        await WaitUntil.HoldsAsync(() => host.Metrics.CountOf(Limit.WebSocketCloseTime) == 1 && host.Metrics.OpenWebSockets == 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_lost_client_ends_a_send_that_waits_for_it(bool http2)
    {
        var blocked = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await Sockets.AcceptAsync(receive, send);
            var block = new byte[1024 * 1024];
            while (true)
            {
                var sending = send(new WebSocketSendEvent { Bytes = block });
                if (!sending.IsCompleted)
                {
                    blocked.TrySetResult();
                }

                await sending;
            }
        });
        var client = await host.OpenAsync(http2: http2);
        await blocked.Task.WithDeadline();
        client.Abort();
        client.Dispose();

        var ending = await host.App.NextEndingAsync();
        Assert.Equal(EndingKind.Disconnected, ending.Kind);
        Assert.IsType<ClientDisconnectedException>(ending.Error);
    }

    [Fact]
    public async Task A_client_lost_while_nobody_listens_is_noticed()
    {
        var clock = new FakeClock();
        var accepted = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            await Sockets.AcceptAsync(receive, send);
            using var watch = AsgiCancellation.Token.Register(cancelled.SetResult);
            accepted.SetResult();
            await cancelled.Task;
        }, clock: clock);
        using var connection = await host.ConnectRawAsync();
        await accepted.Task.WithDeadline();
        connection.Reset();

        // The application's grace begins, and after it comes the cancellation.
        var grace = new HostingLimits().GraceTime;
        await clock.UntilArmedAsync(grace);
        clock.Advance(grace);

        await cancelled.Task.WithDeadline();
    }
}
