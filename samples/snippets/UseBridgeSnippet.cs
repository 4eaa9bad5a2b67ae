using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Snippets;

public static class UseBridgeSnippet
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.WebHost.UseBridge("http://localhost:50051", "shop");
        return builder.Build();
    }
}
