using System.Buffers;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.Client.AspNetCore.Tests;

/// <summary>What the client sees of the response, and what the application may do to it when.</summary>
public abstract partial class OrdinaryApplicationTests
{
    [Fact]
    public async Task Status_header_fields_and_cookies_arrive()
    {
        await using var served = await ServeAsync(app => app.Run(context =>
        {
            context.Response.StatusCode = 418;
            context.Response.Headers.Append("X-Many", "one");
            context.Response.Headers.Append("X-Many", "two");
            context.Response.Cookies.Append("a", "1");
            context.Response.Cookies.Append("b", "2");
            context.Response.ContentType = "text/plain; charset=utf-8";
            return context.Response.WriteAsync("té");
        }));
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/");

        Assert.Equal(418, (int)response.StatusCode);
        Assert.Equal(["one", "two"], response.Headers.GetValues("X-Many"));
        Assert.Equal(["a=1; path=/", "b=2; path=/"], response.Headers.GetValues("Set-Cookie"));
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("té", await response.Content.ReadAsStringAsync());
        Assert.NotNull(response.Headers.Date);
    }

    [Fact]
    public async Task An_empty_response_has_a_length_of_zero()
    {
        await using var served = await ServeAsync(app => app.Run(_ => Task.CompletedTask));
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/");

        Assert.Equal((HttpStatusCode.OK, 0L), (response.StatusCode, response.Content.Headers.ContentLength));
    }

    [Theory]
    [InlineData("HEAD", 200, "Content-Length: 7")]
    [InlineData("GET", 204, null)]
    [InlineData("GET", 304, null)]
    public async Task A_response_without_a_body_has_none(string method, int status, string? length)
    {
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            context.Response.StatusCode = status;
            if (HttpMethods.IsHead(context.Request.Method))
            {
                context.Response.ContentLength = 7;
                await context.Response.WriteAsync("ignored");
                await context.Response.Body.WriteAsync(new byte[100]);
            }
        }));

        var answer = await served.AskRawAsync($"{method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(length is not null, answer.Contains(length ?? "Content-Length", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(304)]
    public async Task Writing_a_body_that_the_status_excludes_raises(int status)
    {
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            context.Response.StatusCode = status;
            var error = await Assert.ThrowsAsync<InvalidOperationException>(() => context.Response.Body.WriteAsync(new byte[1]).AsTask());
            Assert.Equal($"Writing to the response body is invalid for responses with status code {status}.", error.Message);
        }));
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/");

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_body_longer_than_its_length_raises_and_a_shorter_one_is_an_error()
    {
        await using var served = await ServeAsync(app =>
        {
            app.MapGet("/over", async context =>
            {
                context.Response.ContentLength = 3;
                await context.Response.Body.WriteAsync("ok"u8.ToArray());
                var error = await Assert.ThrowsAsync<InvalidOperationException>(() => context.Response.Body.WriteAsync("too"u8.ToArray()).AsTask());
                Assert.Equal("Response Content-Length mismatch: too many bytes written (5 of 3).", error.Message);
                await context.Response.Body.WriteAsync("!"u8.ToArray());
            });
            app.MapGet("/under", context =>
            {
                context.Response.ContentLength = 3;
                return context.Response.Body.WriteAsync("ok"u8.ToArray()).AsTask();
            });
            app.MapGet("/nothing", context =>
            {
                context.Response.ContentLength = 3;
                return Task.CompletedTask;
            });
        });
        using var client = served.CreateClient();

        Assert.Equal("ok!", await client.GetStringAsync("/over"));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync("/under"));
        Assert.Equal(HttpStatusCode.InternalServerError, (await client.GetAsync("/nothing")).StatusCode);
        Assert.Equal(2, served.Errors.Count(error => error.Contains("too few bytes written", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Nothing_of_the_head_can_be_changed_after_the_start()
    {
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            var response = context.Response;
            Assert.False(response.HasStarted);
            await response.StartAsync();
            Assert.True(response.HasStarted);
            Assert.Throws<InvalidOperationException>(() => response.StatusCode = 500);
            Assert.Throws<InvalidOperationException>(() => response.Headers["X-Late"] = "1");
            Assert.Throws<InvalidOperationException>(() => response.Headers.Remove("X-Early"));
            Assert.Throws<InvalidOperationException>(() => response.OnStarting(() => Task.CompletedTask));
            await response.WriteAsync("same");
        }));
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/");

        Assert.Equal((HttpStatusCode.OK, "same"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.False(response.Headers.Contains("X-Late"));
    }

    [Theory]
    [InlineData("write")]
    [InlineData("start")]
    [InlineData("flush")]
    [InlineData("nothing")]
    public async Task Callbacks_run_last_in_first_out_before_the_head_and_after_the_end(string way)
    {
        var order = new List<string>();
        var completed = Signal();
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            var response = context.Response;
            response.OnStarting(() =>
            {
                order.Add("starting 1");
                response.Headers["X-Last"] = "yes";
                return Task.CompletedTask;
            });
            response.OnStarting(async () =>
            {
                await Task.Yield();
                order.Add("starting 2");
            });
            response.OnCompleted(() =>
            {
                order.Add("completed 1");
                completed.SetResult();
                return Task.CompletedTask;
            });
            response.OnCompleted(() =>
            {
                order.Add("completed 2");
                throw new InvalidOperationException("No callback stops the others.");
            });
            order.Add("before");
            await (way switch
            {
                "write" => response.WriteAsync("x"),
                "start" => response.StartAsync(),
                "flush" => response.Body.FlushAsync(),
                _ => Task.CompletedTask,
            });
            order.Add("after");
        }));
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/");
        await completed.Task.WithDeadline();

        string[] expected = way == "nothing"
            ? ["before", "after", "starting 2", "starting 1", "completed 2", "completed 1"]
            : ["before", "starting 2", "starting 1", "after", "completed 2", "completed 1"];
        Assert.Equal(expected, order);
        Assert.Equal("yes", response.Headers.GetValues("X-Last").Single());
    }

    [Fact]
    public async Task An_error_in_a_starting_callback_is_answered_with_500()
    {
        await using var served = await ServeAsync(app => app.Run(context =>
        {
            context.Response.OnStarting(() => throw new InvalidOperationException("boom"));
            context.Response.Headers["X-Own"] = "1";
            return context.Response.WriteAsync("never");
        }));
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/");

        Assert.Equal((HttpStatusCode.InternalServerError, ""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.False(response.Headers.Contains("X-Own"));
    }

    [Fact]
    public async Task Parts_arrive_when_they_are_flushed()
    {
        var goOn = Signal();
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
            await context.Response.WriteAsync("first ");
            await goOn.Task.WithDeadline();
            context.Response.BodyWriter.Write("second "u8);
            await context.Response.BodyWriter.FlushAsync();
            await context.Response.Body.WriteAsync("third"u8.ToArray());
        }));
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead).WithDeadline();
        await using var body = await response.Content.ReadAsStreamAsync();
        var first = new byte[6];
        await body.ReadExactlyAsync(first).WithDeadline();
        goOn.SetResult();

        Assert.Equal("first ", Encoding.UTF8.GetString(first));
        Assert.Equal("second third", await new StreamReader(body).ReadToEndAsync().WithDeadline());
    }

    [Fact]
    public async Task A_head_goes_out_with_a_flush_of_nothing()
    {
        var goOn = Signal();
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            context.Response.Headers["X-Early"] = "1";
            await context.Response.Body.FlushAsync();
            await goOn.Task.WithDeadline();
        }));
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/", HttpCompletionOption.ResponseHeadersRead).WithDeadline();
        goOn.SetResult();

        Assert.True(response.Headers.Contains("X-Early"));
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_the_pipe_holds_unflushed_goes_out_at_the_end()
    {
        await using var served = await ServeAsync(app => app.Run(context =>
        {
            var writer = context.Response.BodyWriter;
            for (var i = 0; i < 3000; i++)
            {
                writer.Write("0123456789"u8);
            }

            var span = writer.GetSpan(20_000);
            span[..20_000].Fill((byte)'x');
            writer.Advance(20_000);
            Assert.True(writer.CanGetUnflushedBytes);
            return Task.CompletedTask;
        }));
        using var client = served.CreateClient();

        var body = await client.GetStringAsync("/");

        Assert.Equal(string.Concat(Enumerable.Repeat("0123456789", 3000)) + new string('x', 20_000), body);
    }

    [Fact]
    public async Task A_completed_response_is_whole_while_the_application_goes_on()
    {
        var seen = Signal();
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            await context.Response.WriteAsync("whole");
            await context.Response.CompleteAsync();
            await seen.Task.WithDeadline();
            await Assert.ThrowsAsync<InvalidOperationException>(() => context.Response.BodyWriter.WriteAsync(new byte[1]).AsTask());
        }));
        using var client = served.CreateClient();

        Assert.Equal("whole", await client.GetStringAsync("/").WithDeadline());
        seen.SetResult();
    }

    [Fact]
    public async Task A_large_body_arrives_unchanged_with_and_without_a_length()
    {
        var bytes = new byte[5_000_000];
        new Random(5).NextBytes(bytes);
        await using var served = await ServeAsync(app => app.MapGet("/{known}", async (HttpContext context, bool known) =>
        {
            if (known)
            {
                context.Response.ContentLength = bytes.Length;
            }

            await context.Response.Body.WriteAsync(bytes.AsMemory(0, 1_000_000));
            await context.Response.Body.WriteAsync(bytes.AsMemory(1_000_000));
        }));
        using var client = served.CreateClient();

        using var known = await client.GetAsync("/true");
        using var chunked = await client.GetAsync("/false");

        Assert.Equal(bytes.Length, known.Content.Headers.ContentLength);
        Assert.Equal(bytes, await known.Content.ReadAsByteArrayAsync());
        Assert.True(chunked.Headers.TransferEncodingChunked);
        Assert.Equal(bytes, await chunked.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task JSON_and_files_are_sent()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "0123456789");
        await using var served = await ServeAsync(app =>
        {
            app.MapGet("/json", () => Enumerable.Range(0, 5000));
            app.MapGet("/file", () => TypedResults.PhysicalFile(file, "text/plain", enableRangeProcessing: true));
            app.MapGet("/part", context => context.Response.SendFileAsync(file, 2, 3));
        });
        using var client = served.CreateClient();
        using var ranged = new HttpRequestMessage(HttpMethod.Get, "/file");
        ranged.Headers.Range = new System.Net.Http.Headers.RangeHeaderValue(4, 6);

        Assert.Equal(Enumerable.Range(0, 5000), await client.GetFromJsonAsync<int[]>("/json"));
        Assert.Equal("0123456789", await client.GetStringAsync("/file"));
        Assert.Equal("234", await client.GetStringAsync("/part"));
        using var part = await client.SendAsync(ranged);
        Assert.Equal((HttpStatusCode.PartialContent, "456"), (part.StatusCode, await part.Content.ReadAsStringAsync()));
        File.Delete(file);
    }

    [Fact]
    public async Task Middleware_may_replace_the_body()
    {
        await using var served = await ServeAsync(
            builder => builder.Services.AddResponseCompression(),
            app =>
            {
                app.UseResponseCompression();
                app.Run(context =>
                {
                    context.Response.ContentType = "text/plain";
                    return context.Response.WriteAsync(new string('a', 10_000));
                });
            });
        using var handler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None };
        using var client = new HttpClient(handler) { BaseAddress = served.Http1, Timeout = Deadline.Default };
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip");

        using var response = await client.GetAsync("/");

        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        await using var plain = new System.IO.Compression.GZipStream(
            await response.Content.ReadAsStreamAsync(), System.IO.Compression.CompressionMode.Decompress);
        Assert.Equal(new string('a', 10_000), await new StreamReader(plain).ReadToEndAsync());
    }

    [Fact]
    public async Task Trailers_follow_the_body_over_HTTP_2()
    {
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            context.Response.ContentLength = 4;
            await context.Response.WriteAsync("body");
            context.Response.AppendTrailer("X-Sum", $"{context.Response.SupportsTrailers()}");
        }));
        using var client = served.CreateHttp2Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TE.ParseAdd("trailers");

        using var response = await client.SendAsync(request);

        Assert.Equal("body", await response.Content.ReadAsStringAsync());
        Assert.Equal("True", response.TrailingHeaders.GetValues("X-Sum").Single());
    }

    [Fact]
    public async Task There_are_no_trailers_over_HTTP_1()
    {
        await using var served = await ServeAsync(app => app.Run(context => context.Response.WriteAsync($"{context.Response.SupportsTrailers()}")));
        using var client = served.CreateClient();

        Assert.Equal("False", await client.GetStringAsync("/"));
    }

    [Fact]
    public async Task A_response_may_begin_before_the_request_has_ended()
    {
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            var buffer = new byte[100];
            await context.Response.Body.FlushAsync();
            for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0;)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read));
            }
        }));
        using var connection = await served.ConnectAsync();

        await connection.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
        await connection.ReadThroughAsync("\r\n\r\n");
        await connection.SendAsync("4\r\nping\r\n");
        await connection.ReadThroughAsync("ping\r\n");
        await connection.SendAsync("4\r\npong\r\n0\r\n\r\n");

        Assert.Contains("pong", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }
}
