using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using Bridge.Client.AspNetCore.Tests.Hosts;
using Bridge.Testing.Tools;
using Microsoft.Extensions.FileProviders;
using Shop;

namespace Bridge.Client.AspNetCore.Tests;

/// <summary>The sample: controllers, minimal API, static files, a stream of events and a SignalR hub.</summary>
public abstract partial class OrdinaryApplicationTests
{
    [SignalRTheory]
    [InlineData("WebSockets")]
    [InlineData("ServerSentEvents")]
    [InlineData("LongPolling")]
    public async Task A_SignalR_hub_works_with_the_client_of_npm(string transport)
    {
        Tool.SignalR.Require();
        await using var served = await ServeShopAsync();

        var result = await ExternalCommand.RunAsync(
            "node", [SignalRPeer.Script, served.Http1.AbsoluteUri, transport], new Dictionary<string, string> { ["NODE_PATH"] = SignalRPeer.Packages! });

        Assert.True(result.ExitCode == 0 && result.Output.Contains("passed", StringComparison.Ordinal), $"{result.Output}\n{result.Errors}\n{string.Join('\n', served.Errors)}");
    }

    [Fact]
    public async Task Controllers_bind_validate_and_link()
    {
        await using var served = await ServeShopAsync();
        using var client = served.CreateClient();

        var all = await client.GetFromJsonAsync<Article[]>("/api/articles");
        using var added = await client.PostAsJsonAsync("/api/articles", new { Name = "Pot", Price = 20 });
        using var invalid = await client.PostAsJsonAsync("/api/articles", new { Price = 0 });
        using var missing = await client.GetAsync("/api/articles/99");

        Assert.Equal(["Tea", "Cup"], all!.Select(article => article.Name));
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Equal(new Uri(served.Http1, "/api/articles/3"), added.Headers.Location);
        Assert.Equal("Pot", (await client.GetFromJsonAsync<Article>("/api/articles/3"))!.Name);
        Assert.Equal(HttpStatusCode.BadRequest, invalid.StatusCode);
        Assert.Contains("The Name field is required.", await invalid.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Fact]
    public async Task A_controller_may_lift_the_limit_of_the_body()
    {
        await using var served = await ServeShopAsync();
        using var client = served.CreateClient();

        using var response = await client.PutAsync("/api/articles/1/picture", new ByteArrayContent(new byte[31_000_000])).WithDeadline();

        Assert.Equal(31_000_000, await response.Content.ReadFromJsonAsync<long>());
    }

    [Fact]
    public async Task Static_files_have_their_types_tags_and_ranges()
    {
        await using var served = await ServeShopAsync();
        using var client = served.CreateClient();

        using var page = await client.GetAsync("/");
        using var style = await client.GetAsync("/shop.css");
        using var again = new HttpRequestMessage(HttpMethod.Get, "/shop.css");
        again.Headers.IfNoneMatch.Add(style.Headers.ETag!);
        using var unchanged = await client.SendAsync(again);
        using var part = new HttpRequestMessage(HttpMethod.Get, "/shop.css") { Headers = { Range = new RangeHeaderValue(0, 3) } };
        using var ranged = await client.SendAsync(part);
        using var head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/shop.css"));
        var escaped = await served.AskRawAsync("GET /../Shop.csproj HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Contains("<h1>Shop</h1>", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("text/css", style.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
        Assert.Equal((HttpStatusCode.PartialContent, "body"), (ranged.StatusCode, await ranged.Content.ReadAsStringAsync()));
        Assert.Equal((HttpStatusCode.OK, style.Content.Headers.ContentLength), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.StartsWith("HTTP/1.1 404", escaped, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_sent_events_arrive_one_by_one()
    {
        await using var served = await ServeShopAsync();
        using var client = served.CreateClient();

        using var response = await client.GetAsync("/api/sales", HttpCompletionOption.ResponseHeadersRead).WithDeadline();
        await using var body = await response.Content.ReadAsStreamAsync();
        var seen = new List<string>();
        await foreach (var item in SseParser.Create(body).EnumerateAsync())
        {
            seen.Add($"{item.EventType} {item.EventId} {item.Data}");
            if (seen.Count == 3)
            {
                break;
            }
        }

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["sale 1 1", "sale 2 2", "sale 3 3"], seen);
        Assert.Empty(served.Errors);
    }

    private Task<ServedApplication> ServeShopAsync() => ServeAsync(
        builder =>
        {
            builder.AddShop();
            builder.Environment.WebRootPath = Repository.PathOf("samples", "aspnetcore-worker", "wwwroot");
            builder.Environment.WebRootFileProvider = new PhysicalFileProvider(builder.Environment.WebRootPath);
        },
        app => app.MapShop());
}
