using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Google.Protobuf;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Tests.Grpc;

/// <summary>What a driver with generated stubs sees when all goes well.</summary>
public sealed class RunTests
{
    [Fact]
    [Covers("PB-08", "CORE-03")]
    public async Task An_http_conversation_ends_with_ok_and_says_so()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Echo);
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart(), Messages.Body("ab", more: true), Messages.Body("c"));

        var end = await call.EndAsync();

        end.AssertIs(StatusCode.OK, "finished");
        Assert.Equal(200u, end.Events[0].HttpResponseStart.Status);
        Assert.Equal("abc", string.Concat(end.Events.Skip(1).Select(part => part.HttpResponseBody.Body.ToStringUtf8())));
        Assert.False(end.Events[^1].HttpResponseBody.MoreBody);
        Assert.Null(end.Omission);
    }

    [Fact]
    [Covers("CORE-25", "HTTP-04", "HTTP-21", "PB-02")]
    public async Task Repeated_headers_and_raw_bytes_cross_both_ways_in_order()
    {
        AsgiHeaders? seen = null;
        await using var host = await GrpcHost.StartAsync(async (scope, _, send) =>
        {
            seen = ((HttpScope)scope).Headers;
            await send(new HttpResponseStartEvent { Status = 200, Headers = seen });
            await send(new HttpResponseBodyEvent());
        });
        using var channel = host.OpenChannel();
        var start = Messages.HttpStart();
        byte[] raw = [0xff, 0x80, 0xc3, 0x28];
        start.Start.Scope.Http.Headers.Add(Enumerable.Range(0, 99).Select(index => new V1.Header
        {
            Name = ByteString.CopyFromUtf8("x-repeated"),
            Value = ByteString.CopyFromUtf8($"value {index}"),
        }));
        start.Start.Scope.Http.Headers.Add(new V1.Header { Name = ByteString.CopyFromUtf8("x-raw"), Value = ByteString.CopyFrom(raw) });
        using var call = await new TestCall(channel).SendAsync(start, Messages.Body(""));

        var end = await call.EndAsync();

        Assert.Equal(start.Start.Scope.Http.Headers, end.Events[0].HttpResponseStart.Headers);
        Assert.Equal(Enumerable.Range(0, 99).Select(index => $"value {index}"), seen!.Take(99).Select(header => header.ValueText));
        Assert.Equal(raw, seen![99].Value.ToArray());
    }

    [Fact]
    [Covers("PB-10")]
    public async Task A_large_body_comes_in_parts_of_at_most_64_kib()
    {
        var body = new byte[300_001];
        Random.Shared.NextBytes(body);
        await using var host = await GrpcHost.StartAsync(async (_, _, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 200 });
            await send(new HttpResponseBodyEvent { Body = body });
        });
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart(), Messages.Body(""));

        var parts = (await call.EndAsync()).Events.Skip(1).Select(part => part.HttpResponseBody).ToList();

        Assert.All(parts, part => Assert.InRange(part.Body.Length, 1, 65_536));
        Assert.All(parts.SkipLast(1), part => Assert.True(part.MoreBody));
        Assert.False(parts[^1].MoreBody);
        Assert.Equal(body, parts.SelectMany(part => part.Body.ToByteArray()));
    }

    [Fact]
    public async Task Sixty_four_instances_run_at_once_on_one_connection()
    {
        var arrived = new CountdownEvent(64);
        var allHere = new TaskCompletionSource();
        await using var host = await GrpcHost.StartAsync(async (_, receive, send) =>
        {
            var part = (HttpRequestEvent)await receive();
            if (arrived.Signal())
            {
                allHere.SetResult();
            }

            await allHere.Task;
            await send(new HttpResponseStartEvent { Status = 200 });
            await send(new HttpResponseBodyEvent { Body = part.Body });
        });
        using var channel = host.OpenChannel();

        var echoes = await Task.WhenAll(Enumerable.Range(0, 64).Select(async index =>
        {
            using var call = await new TestCall(channel).SendAsync(Messages.HttpStart(), Messages.Body($"number {index}"));
            var end = await call.EndAsync();
            return end.Events[1].HttpResponseBody.Body.ToStringUtf8();
        })).WithDeadline();

        Assert.Equal(Enumerable.Range(0, 64).Select(index => $"number {index}"), echoes);
        Assert.Equal(0, host.Metrics.LiveInstances);
    }

    [Fact]
    [Covers("PB-08")]
    public async Task A_half_close_is_no_disconnect()
    {
        var goOn = new TaskCompletionSource();
        AsgiEvent? next = null;
        await using var host = await GrpcHost.StartAsync(async (_, receive, send) =>
        {
            await receive();
            var waiting = receive();
            await send(new HttpResponseStartEvent { Status = 200 });
            await goOn.Task;
            Assert.False(waiting.IsCompleted);
            await send(new HttpResponseBodyEvent());
            next = await waiting;
        });
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart(), Messages.Body(""));
        await call.CompleteAsync();
        await call.ReceiveAsync();
        goOn.SetResult();

        (await call.EndAsync()).AssertIs(StatusCode.OK, "finished");
        Assert.IsType<HttpDisconnectEvent>(next);
    }

    [Fact]
    [Covers("HTTP-49")]
    public async Task After_the_response_a_receive_gives_the_disconnect_event_without_the_driver()
    {
        AsgiEvent? next = null;
        await using var host = await GrpcHost.StartAsync(async (scope, receive, send) =>
        {
            await Applications.Hello(scope, receive, send);
            next = await receive();
        });
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart(), Messages.Body("unread"));

        (await call.EndAsync()).AssertIs(StatusCode.OK, "finished");
        Assert.IsType<HttpDisconnectEvent>(next);
    }

    [Fact]
    public async Task A_driver_without_a_body_may_half_close_right_after_the_start()
    {
        AsgiEvent? request = null;
        await using var host = await GrpcHost.StartAsync(async (scope, receive, send) =>
        {
            request = await receive();
            await Applications.Hello(scope, receive, send);
        });
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart(method: "GET"));
        await call.CompleteAsync();

        (await call.EndAsync()).AssertIs(StatusCode.OK, "finished");
        Assert.False(Assert.IsType<HttpRequestEvent>(request).MoreBodyOrDefault);
    }

    [Fact]
    [Covers("PB-10")]
    public async Task A_websocket_message_of_a_megabyte_crosses_whole_both_ways()
    {
        await using var host = await GrpcHost.StartAsync(Applications.WebSocketEcho);
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.WebSocketStart(), Messages.WebSocketConnect());
        Assert.NotNull((await call.ReceiveAsync()).WebsocketAccept);
        var text = new string('ü', 500_000);
        await call.SendAsync(Messages.WebSocketText(text));

        Assert.Equal(text, (await call.ReceiveAsync()).WebsocketSend.Text);
        await call.SendAsync(new V1.RunRequest { Event = new() { WebsocketDisconnect = new() { Code = 1001 } } });
        (await call.EndAsync()).AssertIs(StatusCode.OK, "disconnected");
    }

    [Fact]
    [Covers("WS-36")]
    public async Task After_its_own_close_the_application_receives_the_disconnect_with_that_code()
    {
        AsgiEvent? last = null;
        await using var host = await GrpcHost.StartAsync(async (_, receive, send) =>
        {
            await receive();
            await send(new WebSocketAcceptEvent());
            await send(new WebSocketCloseEvent { Code = 3001, Reason = "done" });
            last = await receive();
        });
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.WebSocketStart(), Messages.WebSocketConnect());

        (await call.EndAsync()).AssertIs(StatusCode.OK, "finished");
        Assert.Equal(3001, Assert.IsType<WebSocketDisconnectEvent>(last).Code);
    }

    [Fact]
    [Covers("CORE-16", "PB-05", "PB-06")]
    public async Task A_custom_protocol_carries_events_of_its_own()
    {
        await using var host = await GrpcHost.StartAsync(async (scope, receive, send) =>
        {
            Assert.Equal("chat", scope.Type);
            await send(await receive());
        });
        using var channel = host.OpenChannel();
        var message = Messages.Custom("chat.message");
        message.Event.Custom.Values["text"] = new V1.Value { TextValue = "hello" };
        using var call = await new TestCall(channel).SendAsync(Messages.CustomStart(), message);

        var end = await call.EndAsync();

        end.AssertIs(StatusCode.OK, "finished");
        Assert.Equal(message.Event.Custom, end.Events.Single().Custom);
    }

    [Fact]
    public async Task An_application_that_leaves_its_response_open_is_told_in_a_trailer()
    {
        await using var host = await GrpcHost.StartAsync((_, _, _) => Task.CompletedTask);
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart());

        var end = await call.EndAsync();

        end.AssertIs(StatusCode.OK, "finished");
        Assert.Contains("without a response", end.Omission, StringComparison.Ordinal);
    }

    [Fact]
    [Covers("PB-14")]
    public async Task An_open_file_is_not_offered_to_the_application()
    {
        AsgiScope? seen = null;
        await using var host = await GrpcHost.StartAsync((scope, receive, send) =>
        {
            seen = scope;
            return Applications.Hello(scope, receive, send);
        });
        using var channel = host.OpenChannel();
        var start = Messages.HttpStart();
        start.Start.Scope.Extensions = new()
        {
            Entries =
            {
                [HttpResponseZeroCopySendEvent.TypeName] = new V1.Value { MapValue = new() },
                ["http.response.trailers"] = new V1.Value { MapValue = new() },
            },
        };
        using var call = await new TestCall(channel).SendAsync(start);

        await call.EndAsync();

        Assert.Equal(["http.response.trailers"], seen!.Extensions.Keys);
    }

    [Fact]
    [Covers("CORE-19")]
    public async Task An_event_that_cannot_cross_raises_out_of_send_and_the_conversation_goes_on()
    {
        await using var host = await GrpcHost.StartAsync(
            async (_, _, send) =>
            {
                var huge = new CustomEvent("chat.huge", [new("blob", new byte[200_000])]);
                await Assert.ThrowsAsync<InvalidAsgiEventException>(() => send(huge).AsTask());
                await send(new CustomEvent("chat.small"));
            },
            ("Grpc:MaxMessageBytes", "131072"));
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.CustomStart());

        var end = await call.EndAsync();

        end.AssertIs(StatusCode.OK, "finished");
        Assert.Equal("chat.small", end.Events.Single().Custom.Type);
        Assert.Equal(1, host.Metrics.CountOf(Metrics.Limit.MessageBytes));
    }
}
