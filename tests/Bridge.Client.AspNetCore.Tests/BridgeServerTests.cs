using System.Net;
using Bridge.Client.AspNetCore.Tests.Hosts;
using Bridge.Server.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bridge.Client.AspNetCore.Tests;

/// <summary>The life of the server in its host.</summary>
public sealed class BridgeServerTests
{
    [Fact]
    public async Task The_program_may_start_before_its_bridge_and_listens_nowhere()
    {
        var log = new TestLog();
        await using var app = Build(log, options => options.Worker.Address = "http://127.0.0.1:9");
        app.Urls.Add("http://127.0.0.1:0");

        await app.StartAsync().WithDeadline();

        Assert.Empty(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses);
        Assert.Contains(log.Messages, message => message.StartsWith("Nothing listens on http://127.0.0.1:0", StringComparison.Ordinal));
        await app.StopAsync().WithDeadline();
    }

    [Fact]
    public async Task A_stop_lets_a_running_request_finish_and_refuses_new_ones()
    {
        await using var bridge = await TestBridge.StartAsync([], [.. ApplicationHost.WorkerRoute, ("Bridge:Workers:QueueTime", "00:00:05")]);
        var running = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        await using var app = Build(new TestLog(), options => options.Worker.Address = bridge.Grpc.AbsoluteUri.TrimEnd('/'));
        app.Run(async context =>
        {
            running.SetResult();
            await goOn.Task.WithDeadline();
            await context.Response.WriteAsync("finished");
        });
        await app.StartAsync().WithDeadline();
        await ((BridgeServer)app.Services.GetRequiredService<IServer>()).Worker!.WaitUntilReadyAsync().WithDeadline();
        using var client = new HttpClient { BaseAddress = bridge.Http, Timeout = Deadline.Default };

        var answer = client.GetStringAsync("/");
        await running.Task.WithDeadline();
        var stop = app.StopAsync();
        Assert.False(stop.IsCompleted);
        goOn.SetResult();

        Assert.Equal("finished", await answer.WithDeadline());
        await stop.WithDeadline();
        using var late = await client.GetAsync("/").WithDeadline();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, late.StatusCode);
    }

    [Fact]
    public async Task A_bridge_that_does_not_know_the_token_stops_the_host()
    {
        await using var bridge = await TestBridge.StartAsync([], [.. ApplicationHost.WorkerRoute, ("Bridge:Token", "right-token-of-the-bridge")]);
        var log = new TestLog();
        await using var app = Build(log, options =>
        {
            options.Worker.Address = bridge.Grpc.AbsoluteUri.TrimEnd('/');
            options.Worker.Token = "wrong-token-of-the-worker";
        });
        var stopping = new TaskCompletionSource();
        app.Lifetime.ApplicationStopping.Register(stopping.SetResult);

        await app.StartAsync().WithDeadline();

        await stopping.Task.WithDeadline();
        Assert.Contains(log.Entries, entry => entry.Level == LogLevel.Critical);
        Assert.DoesNotContain(log.Messages, message => message.Contains("wrong-token", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_name_stops_the_start()
    {
        await using var app = Build(new TestLog(), options => options.Application = "");

        var error = await Assert.ThrowsAsync<ArgumentException>(() => app.StartAsync());

        Assert.Contains("application's name", error.Message, StringComparison.Ordinal);
    }

    private static WebApplication Build(TestLog log, Action<BridgeServerOptions> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log);
        builder.WebHost.UseBridge(options =>
        {
            options.Application = ApplicationHost.ApplicationName;
            configure(options);
        });
        return builder.Build();
    }
}
