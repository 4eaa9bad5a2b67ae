using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Shop;

/// <summary>The parts of an ordinary application. Nothing here knows what serves it.</summary>
public static class ShopSetup
{
    public static void AddShop(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Catalogue>();
        builder.Services.AddControllers().AddApplicationPart(typeof(ShopSetup).Assembly);
        builder.Services.AddSignalR(options => options.MaximumReceiveMessageSize = 1024 * 1024);
    }

    public static void MapShop(this WebApplication app)
    {
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.MapControllers();
        app.MapHub<ChatHub>("/chat");
        app.MapGet("/api/now", () => new { Time = DateTimeOffset.UtcNow });
        app.MapGet("/api/sales", (CancellationToken token) => TypedResults.ServerSentEvents(Sales(token)));
    }

    /// <summary>A stream of events that goes on until the client leaves.</summary>
    private static async IAsyncEnumerable<SseItem<int>> Sales([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var sold = 1; ; sold++)
        {
            yield return new SseItem<int>(sold, "sale") { EventId = $"{sold}" };
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        }
    }
}
