using System.Security.Cryptography;
using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;
using Bridge.Server.Tests.Grpc;

namespace Bridge.Client.Tests;

public sealed class HttpExchangeTests
{
    [Fact]
    [Covers("HTTP-33", "PB-10")]
    public async Task Ten_megabytes_go_there_and_back()
    {
        var body = RandomNumberGenerator.GetBytes(10 * 1024 * 1024 + 1);
        await using var host = await GrpcHost.StartAsync(Applications.Echo);
        using var client = new BridgeClient(host.Address);
        await using var exchange = await client.RequestAsync("app", Scopes.Post, body).WithDeadline();

        Assert.Equal(200, exchange.Status);
        Assert.Equal(SHA256.HashData(body), SHA256.HashData(await exchange.ReadToEndAsync().WithDeadline()));
    }

    [Fact]
    public async Task Sixty_four_exchanges_share_one_client()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Echo);
        using var client = new BridgeClient(host.Address);

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(async index =>
        {
            await using var exchange = await client.RequestAsync("app", Scopes.Post, Encoding.UTF8.GetBytes($"number {index}"));
            return Encoding.UTF8.GetString(await exchange.ReadToEndAsync());
        })).WithDeadline();

        Assert.Equal(Enumerable.Range(0, 64).Select(index => $"number {index}"), answers);
        Assert.Equal(0, host.Metrics.LiveInstances);
    }

    [Fact]
    [Covers("HTTP-04", "HTTP-21", "HTTP-36")]
    public async Task Headers_come_back_in_order_with_repeats_and_raw_bytes()
    {
        await using var host = await GrpcHost.StartAsync(async (scope, _, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 201, Headers = ((HttpScope)scope).Headers });
            await send(new HttpResponseBodyEvent());
        });
        using var client = new BridgeClient(host.Address);
        var headers = AsgiHeaders.Wrap([
            .. Enumerable.Range(0, 99).Select(index => new AsgiHeader("x-repeated", $"value {index}")),
            new AsgiHeader("x-raw"u8.ToArray(), new byte[] { 0xff, 0xc3, 0x28 }),
        ]);
        await using var exchange = await client.RequestAsync("app", Scopes.Post with { Headers = headers }).WithDeadline();

        Assert.Equal(201, exchange.Status);
        Assert.Equal(headers, exchange.Headers);
        Assert.Empty(await exchange.ReadToEndAsync().WithDeadline());
    }

    [Fact]
    [Covers("EXT-28")]
    public async Task Trailers_are_there_after_the_body()
    {
        await using var host = await GrpcHost.StartAsync(async (_, _, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 200, Trailers = true });
            await send(new HttpResponseBodyEvent { Body = "body"u8.ToArray() });
            await send(new HttpResponseTrailersEvent { Headers = AsgiHeaders.Of(("x-sum", "1")) });
        });
        using var client = new BridgeClient(host.Address);
        var scope = Scopes.Post with { Extensions = [new(HttpResponseTrailersEvent.TypeName, new AsgiValue.MapValue(AsgiValueMap.Empty))] };
        await using var exchange = await client.RequestAsync("app", scope).WithDeadline();
        Assert.Empty(exchange.Trailers);

        Assert.Equal("body"u8.ToArray(), await exchange.ReadToEndAsync().WithDeadline());
        Assert.Equal(AsgiHeaders.Of(("x-sum", "1")), exchange.Trailers);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Covers("GAP-10")]
    public async Task A_response_that_is_left_open_is_never_taken_for_a_whole_one(bool started)
    {
        await using var host = await GrpcHost.StartAsync(async (_, _, send) =>
        {
            if (started)
            {
                await send(new HttpResponseStartEvent { Status = 200 });
                await send(new HttpResponseBodyEvent { Body = "half"u8.ToArray(), MoreBody = true });
            }
        });
        using var client = new BridgeClient(host.Address);

        var error = await Assert.ThrowsAsync<BridgeException>(async () =>
        {
            await using var exchange = await client.RequestAsync("app", Scopes.Post).WithDeadline();
            await exchange.ReadToEndAsync().WithDeadline();
        });

        Assert.Equal((BridgeError.ResponseIncomplete, BridgeSide.Application), (error.Error, error.Side));
    }

    [Fact]
    public async Task A_complete_response_stays_whole_when_the_application_raises_afterwards()
    {
        await using var host = await GrpcHost.StartAsync(async (scope, receive, send) =>
        {
            await Applications.Hello(scope, receive, send);
            throw new InvalidDataException();
        });
        using var client = new BridgeClient(host.Address);
        await using var exchange = await client.RequestAsync("app", Scopes.Post).WithDeadline();

        Assert.Equal("hello"u8.ToArray(), await exchange.ReadToEndAsync().WithDeadline());
    }

    [Fact]
    public async Task A_body_that_is_not_read_is_left_by_disposing()
    {
        var left = new TaskCompletionSource();
        await using var host = await GrpcHost.StartAsync(async (_, _, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 200 });
            try
            {
                while (true)
                {
                    await send(new HttpResponseBodyEvent { Body = new byte[60_000], MoreBody = true });
                }
            }
            catch (ClientDisconnectedException)
            {
                left.SetResult();
            }
        });
        using var client = new BridgeClient(host.Address);
        await using (await client.RequestAsync("app", Scopes.Post).WithDeadline())
        {
        }

        await left.Task.WithDeadline();
    }
}
