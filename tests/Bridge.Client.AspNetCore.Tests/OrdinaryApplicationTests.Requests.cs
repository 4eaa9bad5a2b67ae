using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Client.AspNetCore.Tests;

/// <summary>What the application sees of the request.</summary>
public abstract partial class OrdinaryApplicationTests
{
    [Theory]
    [InlineData("GET", "/a%20b?x=1%202&y", "/a b", "?x=1%202&y")]
    [InlineData("GET", "/a%2Fb%2fc", "/a%2Fb%2fc", "")]
    [InlineData("GET", "/a/../b/./c", "/b/c", "")]
    [InlineData("GET", "/a/%2e%2E/b/..", "/", "")]
    [InlineData("GET", "/../../x", "/x", "")]
    [InlineData("GET", "/a/./", "/a/", "")]
    [InlineData("GET", "/caf%C3%A9/%ff%fe", "/café/%ff%fe", "")]
    [InlineData("GET", "//double//slash", "//double//slash", "")]
    [InlineData("GET", "/.hidden/a..b", "/.hidden/a..b", "")]
    [InlineData("GET", "/plus+and%2Bplus", "/plus+and+plus", "")]
    [InlineData("OPTIONS", "*", "", "")]
    public async Task The_target_is_decoded_and_told(string method, string target, string path, string query)
    {
        await using var served = await ServeAsync(app => app.Run(context =>
        {
            var request = context.Request;
            var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
            return context.Response.WriteAsync($"{request.Method} [{request.PathBase.Value}] [{request.Path.Value}] [{request.QueryString.Value}] [{raw}]", Encoding.UTF8);
        }));

        var answer = await served.AskRawAsync($"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Contains($"{method} [] [{path}] [{query}] [{target}]", Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(answer)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_fields_keep_their_values_order_and_canonical_names()
    {
        await using var served = await ServeAsync(app => app.Run(context => context.Response.WriteAsync(string.Join(
            '\n', context.Request.Headers.OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase)
                .Select(header => $"{header.Key.ToUpperInvariant()}={string.Join('|', header.Value.AsEnumerable())}")), Encoding.UTF8)));

        var answer = await served.AskRawAsync(
            "GET / HTTP/1.1\r\nHost: example.org:81\r\nConnection: close\r\nX-Many: one\r\nAccept: a/b\r\nX-Many: two, three\r\nX-Empty:\r\nX-Utf8: caf\u00c3\u00a9\r\ncookie: a=1; b=2\r\n\r\n");

        var lines = Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(answer)).Split("\n").Select(line => line.TrimEnd('\r')).ToList();
        Assert.Contains("X-MANY=one|two, three", lines);
        Assert.Contains("HOST=example.org:81", lines);
        Assert.Contains("X-EMPTY=", lines);
        Assert.Contains("X-UTF8=café", lines);
        Assert.Contains("COOKIE=a=1; b=2", lines);
        Assert.Contains("ACCEPT=a/b", lines);
    }

    [Fact]
    public async Task Common_header_names_have_the_platforms_case()
    {
        await using var served = await ServeAsync(app => app.Run(context =>
            context.Response.WriteAsync(string.Join(',', context.Request.Headers.Keys.Order(StringComparer.Ordinal)))));

        var answer = await served.AskRawAsync("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\nuser-agent: t\r\nif-none-match: *\r\n\r\n");

        Assert.Contains("Connection,Host,If-None-Match,User-Agent", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scheme_host_protocol_and_addresses_are_those_of_the_connection()
    {
        await using var served = await ServeAsync(app => app.Run(context => context.Response.WriteAsync(string.Join(' ',
            context.Request.Scheme,
            context.Request.Host,
            context.Request.Protocol,
            context.Request.IsHttps,
            context.Connection.RemoteIpAddress,
            context.Connection.RemotePort > 0,
            context.Connection.LocalIpAddress,
            context.Connection.LocalPort,
            context.Connection.Id.Length > 0,
            context.TraceIdentifier.StartsWith(context.Connection.Id, StringComparison.Ordinal),
            context.Connection.ClientCertificate is null))));
        using var http1 = served.CreateClient();
        using var http2 = served.CreateHttp2Client();

        Assert.Equal($"http 127.0.0.1:{served.Http1.Port} HTTP/1.1 False 127.0.0.1 True 127.0.0.1 {served.Http1.Port} True True True", await http1.GetStringAsync("/"));
        Assert.Equal($"http 127.0.0.1:{served.Http2.Port} HTTP/2 False 127.0.0.1 True 127.0.0.1 {served.Http2.Port} True True True", await http2.GetStringAsync("/"));
    }

    [Fact]
    public async Task The_addresses_may_be_replaced_as_forwarding_middleware_does()
    {
        await using var served = await ServeAsync(app =>
        {
            app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = Microsoft.AspNetCore.HttpOverrides.ForwardedHeaders.All });
            app.Run(context => context.Response.WriteAsync($"{context.Request.Scheme} {context.Request.Host} {context.Connection.RemoteIpAddress}"));
        });
        using var client = served.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("X-Forwarded-For", "192.0.2.7");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "shop.example");

        using var response = await client.SendAsync(request);

        Assert.Equal("https shop.example 192.0.2.7", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200_000)]
    [InlineData(3_000_000)]
    public async Task A_body_is_read_as_a_stream(int length)
    {
        await using var served = await ServeAsync(app => app.MapPost("/", async context =>
        {
            using var copy = new MemoryStream();
            await context.Request.Body.CopyToAsync(copy);
            var again = await context.Request.Body.ReadAsync(new byte[10]);
            await context.Response.WriteAsync($"{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(copy.ToArray()))} {again}");
        }));
        using var client = served.CreateClient();
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        var expected = $"{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(bytes))} 0";

        using var known = await client.PostAsync("/", new ByteArrayContent(bytes));
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(bytes) };
        chunked.Headers.TransferEncodingChunked = true;
        using var unknown = await client.SendAsync(chunked);

        Assert.Equal(expected, await known.Content.ReadAsStringAsync());
        Assert.Equal(expected, await unknown.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_is_read_as_a_pipe_line_by_line()
    {
        await using var served = await ServeAsync(app => app.MapPost("/", async context =>
        {
            var reader = context.Request.BodyReader;
            var lines = 0;
            while (true)
            {
                var result = await reader.ReadAsync();
                var buffer = result.Buffer;
                var sequence = new System.Buffers.SequenceReader<byte>(buffer);
                while (sequence.TryReadTo(out System.Buffers.ReadOnlySequence<byte> _, (byte)'\n'))
                {
                    lines++;
                }

                reader.AdvanceTo(sequence.Position, buffer.End);
                if (result.IsCompleted)
                {
                    await context.Response.WriteAsync($"{lines} {buffer.Slice(sequence.Position).Length}");
                    return;
                }
            }
        }));
        using var client = served.CreateClient();
        var text = string.Concat(Enumerable.Range(0, 40_000).Select(line => $"line {line}\n")) + "rest";

        using var response = await client.PostAsync("/", new StringContent(text));

        Assert.Equal("40000 4", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_pending_read_of_the_pipe_can_be_cancelled_and_goes_on_afterwards()
    {
        var reading = Signal<System.IO.Pipelines.PipeReader>();
        await using var served = await ServeAsync(app => app.MapPost("/", async context =>
        {
            var reader = context.Request.BodyReader;
            var pending = reader.ReadAsync();
            var early = pending.IsCompleted;
            reading.SetResult(reader);
            var cancelled = await pending;
            reader.AdvanceTo(cancelled.Buffer.Start, cancelled.Buffer.End);
            await context.Response.WriteAsync($"{early} {cancelled.IsCanceled} ");
            await context.Response.Body.FlushAsync();
            await context.Response.WriteAsync(await new StreamReader(context.Request.Body).ReadToEndAsync());
        }));
        using var connection = await served.ConnectAsync();
        await connection.SendAsync("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\n");

        (await reading.Task.WithDeadline()).CancelPendingRead();
        await connection.ReadThroughAsync("False True ");
        await connection.SendAsync("hello");

        Assert.Contains("hello", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forms_and_JSON_bind()
    {
        await using var served = await ServeAsync(app =>
        {
            app.MapPost("/json", (Order order) => new Order(order.Item + "!", order.Count + 1));
            app.MapPost("/form", async (HttpContext context) =>
            {
                var form = await context.Request.ReadFormAsync();
                using var reader = new StreamReader(form.Files["file"]!.OpenReadStream());
                return $"{form["name"]} {form.Files["file"]!.FileName} {await reader.ReadToEndAsync()}";
            });
        });
        using var client = served.CreateClient();
        using var form = new MultipartFormDataContent { { new StringContent("ann"), "name" }, { new StringContent("content"), "file", "a.txt" } };

        using var json = await client.PostAsJsonAsync("/json", new Order("tea", 2));
        using var posted = await client.PostAsync("/form", form);

        Assert.Equal(new Order("tea!", 3), await json.Content.ReadFromJsonAsync<Order>());
        Assert.Equal("ann a.txt content", await posted.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_request_tells_whether_it_can_have_a_body(bool isHttp2)
    {
        await using var served = await ServeAsync(app => app.Run(async context =>
        {
            var can = context.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody;
            await context.Response.WriteAsync($"{can} {(await new StreamReader(context.Request.Body).ReadToEndAsync()).Length}");
        }));
        using var client = isHttp2 ? served.CreateHttp2Client() : served.CreateClient();

        using var empty = await client.PostAsync("/", content: null);
        using var full = await client.PostAsync("/", new StringContent("four"));

        Assert.Equal("False 0", await client.GetStringAsync("/"));
        Assert.Equal("False 0", await empty.Content.ReadAsStringAsync());
        Assert.Equal("True 4", await full.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_can_be_read_twice_with_buffering()
    {
        await using var served = await ServeAsync(app => app.MapPost("/", async context =>
        {
            context.Request.EnableBuffering();
            var once = await new StreamReader(context.Request.Body).ReadToEndAsync();
            context.Request.Body.Position = 0;
            var result = await context.Request.BodyReader.ReadAsync();
            await context.Response.WriteAsync($"{once} {result.Buffer.Length}");
            context.Request.BodyReader.AdvanceTo(result.Buffer.End);
        }));
        using var client = served.CreateClient();

        using var response = await client.PostAsync("/", new StringContent("twice"));

        Assert.Equal("twice 5", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_body_above_the_requests_own_limit_is_refused_with_413()
    {
        await using var served = await ServeAsync(app => app.MapPost("/", async context =>
        {
            var feature = context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>();
            var byDefault = feature.MaxRequestBodySize;
            feature.MaxRequestBodySize = 10;
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{byDefault} {feature.IsReadOnly}"));
        }));
        using var client = served.CreateClient();
        using var chunked = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new StringContent("eleven byte") };
        chunked.Headers.TransferEncodingChunked = true;

        using var small = await client.PostAsync("/", new StringContent("ten  bytes"));
        using var large = await client.PostAsync("/", new StringContent("eleven byte"));
        using var grown = await client.SendAsync(chunked);

        Assert.Equal("30000000 True", await small.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, grown.StatusCode);
    }

    [Fact]
    public async Task Synchronous_IO_is_refused_until_a_request_allows_it()
    {
        await using var served = await ServeAsync(app => app.MapPost("/", context =>
        {
            Assert.Throws<InvalidOperationException>(() => context.Request.Body.Read(new byte[1], 0, 1));
            Assert.Throws<InvalidOperationException>(() => context.Response.Body.Write(new byte[1], 0, 1));
            Assert.Throws<InvalidOperationException>(context.Response.Body.Flush);
            context.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
            var buffer = new byte[10];
            var read = context.Request.Body.Read(buffer, 0, buffer.Length);
            context.Response.Body.Write(buffer, 0, read);
            context.Response.Body.Flush();
            return Task.CompletedTask;
        }));
        using var client = served.CreateClient();

        using var response = await client.PostAsync("/", new StringContent("sync"));

        Assert.Equal("sync", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_client_that_expects_100_continue_sends_its_body_when_it_is_read()
    {
        await using var served = await ServeAsync(app => app.MapPost("/{read}", async (HttpContext context, bool read) =>
        {
            // A token must not make the server ask for the body.
            context.RequestAborted.ThrowIfCancellationRequested();
            await context.Response.WriteAsync(read ? await new StreamReader(context.Request.Body).ReadToEndAsync() : "not read");
        }));
        using var connection = await served.ConnectAsync();

        await connection.SendAsync("POST /true HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        Assert.Equal(100, (await connection.ReadAsync()).Status);
        await connection.SendAsync("hello");
        Assert.Equal("hello", (await connection.ReadAsync()).Body);
        await connection.SendAsync("POST /false HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
        var unread = await connection.ReadAsync();
        if (BodiesAreAskedForAtOnce)
        {
            Assert.Equal(100, unread.Status);
            await connection.SendAsync("hello");
            unread = await connection.ReadAsync();
        }

        Assert.Equal((200, "not read"), (unread.Status, unread.Body));
    }

    [Fact]
    public async Task There_are_no_request_trailers_before_the_end_of_the_body()
    {
        await using var served = await ServeAsync(app => app.MapPost("/", async context =>
        {
            var before = context.Request.CheckTrailersAvailable();
            await context.Request.Body.CopyToAsync(Stream.Null);
            await context.Response.WriteAsync($"{context.Request.SupportsTrailers()} {before} {context.Request.CheckTrailersAvailable()} {context.Request.GetTrailer("x").Count}");
        }));
        using var client = served.CreateClient();

        using var response = await client.PostAsync("/", new StringContent("body"));

        Assert.Equal("True False True 0", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_cookie_that_HTTP_2_splits_is_one()
    {
        await using var served = await ServeAsync(app => app.Run(context =>
            context.Response.WriteAsync($"{context.Request.Headers.Cookie.Count} {context.Request.Cookies["a"]}{context.Request.Cookies["b"]}")));
        using var client = served.CreateHttp2Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.Add("Cookie", ["a=1", "b=2"]);

        using var response = await client.SendAsync(request);

        Assert.Equal("1 12", await response.Content.ReadAsStringAsync());
    }

    private sealed record Order(string Item, int Count);
}
