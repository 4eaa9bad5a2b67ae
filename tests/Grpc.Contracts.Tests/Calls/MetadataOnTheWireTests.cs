using Grpc.Contracts.Tests.Protos;
using Grpc.Core;

namespace Grpc.Contracts.Tests.Calls;

public class MetadataOnTheWireTests
{
    private static readonly ProbeRequest Mirror = new() { Text = "m", Count = 1, Command = Command.MirrorMetadata };

    private static Metadata Sent => new()
    {
        { "X-Text", "one" },
        { "x-text", "two" },
        { "x-bytes-bin", [0, 1, 254, 255] },
    };

    [Fact]
    public async Task Metadata_and_trailers_cross_in_both_directions_with_order_and_bytes()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.UnaryAsync(Mirror, Sent);

        await call.ResponseAsync.WithDeadline();

        AssertMirrored(await call.ResponseHeadersAsync.WithDeadline());
        AssertMirrored(call.GetTrailers());
    }

    [Fact]
    public async Task Response_headers_arrive_before_the_first_response_of_a_stream()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.Duplex(Sent);
        await call.RequestStream.WriteAsync(Mirror).WithDeadline();

        AssertMirrored(await call.ResponseHeadersAsync.WithDeadline());

        await call.RequestStream.CompleteAsync().WithDeadline();
        Assert.True(await call.ResponseStream.MoveNext().WithDeadline());
        Assert.False(await call.ResponseStream.MoveNext().WithDeadline());
        AssertMirrored(call.GetTrailers());
    }

    [Fact]
    public async Task A_client_streaming_call_has_headers_and_trailers()
    {
        await using var server = await ProbeServer.StartAsync();
        using var call = server.Client.ClientStream(Sent);
        await call.RequestStream.WriteAsync(Mirror).WithDeadline();
        await call.RequestStream.CompleteAsync().WithDeadline();

        Assert.Equal("m", (await call).Text);

        AssertMirrored(await call.ResponseHeadersAsync.WithDeadline());
        AssertMirrored(call.GetTrailers());
    }

    private static void AssertMirrored(Metadata metadata)
    {
        // HttpClient joins repeated texts into one line on the way, which HTTP says is the same.
        Assert.Equal("one, two", string.Join(", ", metadata.GetAll("x-text").Select(entry => entry.Value)));
        Assert.Equal([0, 1, 254, 255], metadata.GetValueBytes("x-bytes-bin"));
    }
}
