using System.Net;
using System.Security.Cryptography;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;

namespace Bridge.Server.Tests.Http;

/// <summary>The extension "http.response.pathsend" of an application in the bridge's process.</summary>
public sealed class PathSendTests : IDisposable
{
    private static readonly Uri Root = new("/", UriKind.Relative);
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(64 * 1024)]
    [InlineData(1_000_001)]
    [Covers("EXT-19", "EXT-21", "EXT-22")]
    public async Task A_file_is_the_whole_body_with_the_type_and_length_that_the_application_says(int length)
    {
        var bytes = RandomNumberGenerator.GetBytes(length);
        await File.WriteAllBytesAsync(_path, bytes);
        await using var host = await FrontHost.StartAsync((scope, _, send) =>
        {
            Assert.Contains("http.response.pathsend", scope.Extensions.Keys);
            return SendAsync(send, ("content-type", "image/x-noise"), ("content-length", $"{length}"));
        });
        using var client = host.CreateClient();
        using var response = await client.GetAsync(Root).WithDeadline();

        Assert.Equal(("image/x-noise", length), (response.Content.Headers.ContentType?.ToString(), response.Content.Headers.ContentLength));
        Assert.Equal(bytes, await response.Content.ReadAsByteArrayAsync().WithDeadline());
    }

    [Fact]
    [Covers("EXT-22")]
    public async Task Without_a_length_of_the_application_the_body_is_chunked()
    {
        await File.WriteAllBytesAsync(_path, new byte[100_000]);
        await using var host = await FrontHost.StartAsync((_, _, send) => SendAsync(send));
        using var client = host.CreateClient();
        using var response = await client.GetAsync(Root, HttpCompletionOption.ResponseHeadersRead).WithDeadline();

        Assert.True(response.Headers.TransferEncodingChunked);
        Assert.Equal(100_000, (await response.Content.ReadAsByteArrayAsync().WithDeadline()).Length);
    }

    [Fact]
    [Covers("EXT-21")]
    public async Task The_answer_to_head_has_no_body()
    {
        await File.WriteAllBytesAsync(_path, new byte[5_000]);
        await using var host = await FrontHost.StartAsync((_, _, send) => SendAsync(send, ("content-length", "5000")));
        using var client = host.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Head, "/");
        using var response = await client.SendAsync(request).WithDeadline();

        Assert.Equal(5000, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync().WithDeadline());
    }

    [Fact]
    public async Task A_file_that_is_not_there_raises_out_of_send_and_the_client_gets_a_500()
    {
        Exception? raised = null;
        File.Delete(_path);
        await using var host = await FrontHost.StartAsync(async (_, _, send) =>
        {
            raised = await Record.ExceptionAsync(() => SendAsync(send));
            throw raised!;
        });
        using var client = host.CreateClient();
        using var response = await client.GetAsync(Root).WithDeadline();

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.IsType<FileNotFoundException>(raised);
    }

    private async Task SendAsync(AsgiSend send, params (string Name, string Value)[] headers)
    {
        await send(new HttpResponseStartEvent { Status = 200, Headers = AsgiHeaders.Of(headers) });
        await send(new HttpResponsePathSendEvent { Path = _path });
    }
}
