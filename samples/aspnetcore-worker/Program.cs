using Shop;

var builder = WebApplication.CreateBuilder(args);
if (builder.Configuration["Bridge"] is { Length: > 0 } bridge)
{
    builder.WebHost.UseBridge(bridge, "shop");
}

builder.AddShop();

var app = builder.Build();
app.MapShop();
app.Run();
