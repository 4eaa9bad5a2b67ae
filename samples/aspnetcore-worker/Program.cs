using Shop;

var builder = WebApplication.CreateBuilder(args);
builder.AddShop();

var app = builder.Build();
app.MapShop();
app.Run();
