using System.IO.Compression;
using Grpc.Contracts.Tests.Protos;
using Grpc.Core;
using Grpc.Net.Compression;

namespace Grpc.Contracts.Tests.Calls;

public class CompressionTests
{
    private static readonly ProbeRequest Long = new() { Text = new string('a', 100_000) };

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Messages_are_compressed_both_ways(string encoding)
    {
        var (onTheServer, onTheClient) = (Recording(encoding), Recording(encoding));
        await using var server = await StartAsync(onTheServer, onTheClient);
        var headers = new Metadata { { "grpc-internal-encoding-request", encoding } };

        var response = await server.Client.UnaryAsync(Long, headers).ResponseAsync.WithDeadline();

        Assert.Equal(Long.Text, response.Text);
        Assert.Equal((1, 1), (onTheClient.Compressed, onTheServer.Decompressed));
        Assert.Equal((1, 1), (onTheServer.Compressed, onTheClient.Decompressed));
    }

    [Fact]
    public async Task A_message_with_the_flag_is_not_compressed()
    {
        var (onTheServer, onTheClient) = (Recording("gzip"), Recording("gzip"));
        await using var server = await StartAsync(onTheServer, onTheClient);
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        using var call = server.Client.Duplex(headers);

        call.RequestStream.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
        await call.RequestStream.WriteAsync(Long).WithDeadline();
        Assert.True(await call.ResponseStream.MoveNext().WithDeadline());

        Assert.Equal((0, 0), (onTheClient.Compressed, onTheServer.Decompressed));
        Assert.Equal((1, 1), (onTheServer.Compressed, onTheClient.Decompressed));
    }

    private static Task<ProbeServer> StartAsync(RecordingCompressionProvider onTheServer, RecordingCompressionProvider onTheClient) =>
        ProbeServer.StartAsync(
            options =>
            {
                options.CompressionProviders.Clear();
                options.CompressionProviders.Add(onTheServer);
                options.ResponseCompressionAlgorithm = onTheServer.EncodingName;
                options.ResponseCompressionLevel = CompressionLevel.Optimal;
            },
            options => options.CompressionProviders = [onTheClient]);

    private static RecordingCompressionProvider Recording(string encoding) => new(encoding switch
    {
        "gzip" => new GzipCompressionProvider(CompressionLevel.Fastest),
        "deflate" => new DeflateCompressionProvider(CompressionLevel.Fastest),
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, null),
    });
}
