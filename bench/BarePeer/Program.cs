// Kestrel and Grpc.AspNetCore with nothing of the bridge: the other half of every pair.
// Arguments: the HTTP port and the gRPC port.
using System.Globalization;
using Bridge.Bench.BarePeer;
using Bridge.Protocol.Bench;
using Microsoft.AspNetCore.Server.Kestrel.Core;

var httpPort = int.Parse(args[0], CultureInfo.InvariantCulture);
var grpcPort = int.Parse(args[1], CultureInfo.InvariantCulture);

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.Services.AddGrpc();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.ListenLocalhost(httpPort, listen => listen.Protocols = HttpProtocols.Http1);
    kestrel.ListenLocalhost(grpcPort, listen => listen.Protocols = HttpProtocols.Http2);
});

await using var app = builder.Build();
var hello = "Hello, world!\n"u8.ToArray();
var part = new byte[64 * 1024];

app.MapGrpcService<BareEchoService>();
app.MapGrpcService<BatchedStreamService>();
app.UseWebSockets();
app.MapGet("/echo", BareWebSocket.EchoAsync);
app.MapGet("/download", (RequestDelegate)(async context =>
{
    context.Response.ContentType = "application/octet-stream";
    context.Response.ContentLength = 16 * part.Length;
    for (var i = 0; i < 16; i++)
    {
        await context.Response.BodyWriter.WriteAsync(part);
    }
}));
app.MapPost("/echo", context => context.Request.BodyReader.CopyToAsync(context.Response.BodyWriter, context.RequestAborted));
app.Map("/{**path}", (RequestDelegate)(async context =>
{
    context.Response.ContentType = "text/plain";
    context.Response.ContentLength = hello.Length;
    await context.Response.BodyWriter.WriteAsync(hello);
}));
await app.RunAsync();
