using Google.Protobuf;
using Grpc.Contracts.Tests.Protos;
using Grpc.Core;

namespace Grpc.Contracts.Tests.Calls;

public class ShapeTests
{
    [Fact]
    public async Task A_unary_call_answers()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.UnaryAsync(new ProbeRequest { Text = "hello" });

        var response = await call.ResponseAsync.WithDeadline();

        Assert.Equal("hello", response.Text);
        Assert.Equal(Status.DefaultSuccess, call.GetStatus());
        Assert.Empty(call.GetTrailers());
    }

    [Fact]
    public async Task An_awaited_unary_call_gives_its_response()
    {
        await using var server = await ProbeServer.StartAsync();

        Assert.Equal("one", (await server.Client.UnaryAsync(new ProbeRequest { Text = "one" })).Text);
        Assert.Equal("two", (await server.Client.UnaryAsync(new ProbeRequest { Text = "two" }).ConfigureAwait(false)).Text);
    }

    [Fact]
    public async Task A_blocking_unary_call_answers()
    {
        await using var server = await ProbeServer.StartAsync();
        var client = server.Client;

        var response = await Task.Run(() => client.Unary(new ProbeRequest { Text = "blocking" })).WithDeadline();

        Assert.Equal("blocking", response.Text);
    }

    [Fact]
    public async Task A_client_streaming_call_takes_every_request_in_order()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.ClientStream();

        await call.RequestStream.WriteAsync(new ProbeRequest { Text = "a" }).WithDeadline();
        await call.RequestStream.WriteAsync(new ProbeRequest { Text = "b" }, CancellationToken.None).WithDeadline();
        await call.RequestStream.CompleteAsync().WithDeadline();

        Assert.Equal("a,b", (await call.ResponseAsync.WithDeadline()).Text);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_server_streaming_call_gives_every_response_in_order()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.ServerStream(new ProbeRequest { Text = "n", Count = 3 });

        var texts = new List<string>();
        while (await call.ResponseStream.MoveNext().WithDeadline())
        {
            texts.Add(call.ResponseStream.Current.Text);
        }

        Assert.Equal(["n0", "n1", "n2"], texts);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_duplex_call_answers_while_requests_are_written()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.Duplex();
        var responses = call.ResponseStream.ReadAllAsync().GetAsyncEnumerator();

        foreach (var text in new[] { "ping", "pong" })
        {
            await call.RequestStream.WriteAsync(new ProbeRequest { Text = text }).WithDeadline();
            Assert.True(await responses.MoveNextAsync().WithDeadline());
            Assert.Equal(text, responses.Current.Text);
        }

        await call.RequestStream.CompleteAsync().WithDeadline();
        Assert.False(await responses.MoveNextAsync().WithDeadline());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task A_service_mapped_from_its_definition_serves_every_shape()
    {
        await using var server = await ProbeServer.StartAsync(fromDefinition: true);
        var client = server.Client;

        Assert.Equal("u", (await client.UnaryAsync(new ProbeRequest { Text = "u" }).ResponseAsync.WithDeadline()).Text);

        using var requests = client.ClientStream();
        await requests.RequestStream.WriteAsync(new ProbeRequest { Text = "c" }).WithDeadline();
        await requests.RequestStream.CompleteAsync().WithDeadline();
        Assert.Equal("c", (await requests.ResponseAsync.WithDeadline()).Text);

        using var responses = client.ServerStream(new ProbeRequest { Text = "s", Count = 1 });
        Assert.True(await responses.ResponseStream.MoveNext().WithDeadline());
        Assert.Equal("s0", responses.ResponseStream.Current.Text);

        using var both = client.Duplex();
        await both.RequestStream.WriteAsync(new ProbeRequest { Text = "d" }).WithDeadline();
        Assert.True(await both.ResponseStream.MoveNext().WithDeadline());
        Assert.Equal("d", both.ResponseStream.Current.Text);
    }

    [Fact]
    public async Task A_method_with_array_marshallers_reaches_the_same_service()
    {
        await using var server = await ProbeServer.StartAsync();
        var bytes = Marshallers.Create(message => message, (byte[] payload) => payload);
        var method = new Method<byte[], byte[]>(MethodType.Unary, "grpc_contracts.tests.Probe", "Unary", bytes, bytes);
        var request = new ProbeRequest { Text = "raw" }.ToByteArray();

        var response = await server.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, request).ResponseAsync.WithDeadline();

        Assert.Equal("raw", ProbeResponse.Parser.ParseFrom(response).Text);
    }
}
