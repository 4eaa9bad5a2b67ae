using System.Net;
using System.Net.Sockets;
using Asgiref.Core;
using Bridge.Server.Hosting;
using Bridge.Server.Tests.Hosting;
using Microsoft.AspNetCore.Builder;

namespace Bridge.Server.Tests;

/// <summary>The program: its banner, and the one line and exit code of a start that fails.</summary>
public sealed class BridgeProgramTests
{
    private static readonly string[] FreePorts =
    [
        "--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0",
        "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0",
        "--Kestrel:Endpoints:Management:Url=http://127.0.0.1:0",
        "--Logging:LogLevel:Default=None",
    ];

    [Theory]
    [InlineData(
        "Bridge:Nope is not a setting of the bridge.", "--Bridge:Nope=1")]
    [InlineData("Bridge:Limits:Nope is not a setting of the bridge.", "--Bridge:Limits:Nope=1")]
    [InlineData("Bridge:Applications:a:Nope is not a setting of the bridge.", "--Bridge:Applications:a:Nope=1")]
    [InlineData("Bridge:Limits:GraceTime is \"soon\"; it must be a time as hh:mm:ss.", "--Bridge:Limits:GraceTime=soon")]
    [InlineData("Bridge:Limits:GraceTime is \"60\"; it must be a time of at most 24 days", "--Bridge:Limits:GraceTime=60")]
    [InlineData("Bridge:Limits:GraceTime is 00:00:00; it must be above zero.", "--Bridge:Limits:GraceTime=00:00:00")]
    [InlineData("Bridge:Limits:DrainTime is 1.00:00:01; it must be at most a day.", "--Bridge:Limits:DrainTime=1.00:00:01")]
    [InlineData("Bridge:Http:TrustedProxies is \"10.0.0.1\"; each entry has a key of its own, such as Bridge:Http:TrustedProxies:0.", "--Bridge:Http:TrustedProxies=10.0.0.1")]
    [InlineData("Bridge:Applications is \"x\"; each entry has a key of its own, such as Bridge:Applications:name.", "--Bridge:Applications=x")]
    [InlineData("Bridge:Limits is \"x\"; it is a section with keys of its own.", "--Bridge:Limits=x")]
    [InlineData("Bridge:Limits:PendingCalls is \"many\"; it must be a number.", "--Bridge:Limits:PendingCalls=many")]
    [InlineData("Bridge:Applications:a:Kind is \"rack\"; it must be one of asgi, wsgi, stateless.", "--Bridge:Applications:a:Kind=rack")]
    [InlineData("Bridge:Applications:a:Assembly is missing.", "--Bridge:Applications:a:Kind=asgi")]
    [InlineData("Bridge:Http:Routes:0:Application is \"shop\"; hosted are: welcome, wsgi, echo, chat.", "--Bridge:Http:Routes:0:Application=shop")]
    [InlineData("Bridge:DetailedErrors is \"perhaps\"; it must be true or false.", "--Bridge:DetailedErrors=perhaps")]
    [InlineData("Kestrel:Endpoints:Ftp: the name must begin with Http, Grpc, Management", "--Kestrel:Endpoints:Ftp:Url=http://localhost:1")]
    [InlineData("Kestrel:Endpoints:HttpTwo:Url is missing.", "--Kestrel:Endpoints:HttpTwo:Protocols=Http2")]
    [InlineData("Kestrel:Endpoints:Http:Url is \"nonsense\";", "--Kestrel:Endpoints:Http:Url=nonsense")]
    [InlineData("Kestrel:Endpoints:Http:Protocols is \"Http9\"; it must be one of ", "--Kestrel:Endpoints:Http:Protocols=Http9")]
    [InlineData("An endpoint of Kestrel:Endpoints cannot listen: ", "--Kestrel:Endpoints:Http:Url=http://192.0.2.1:80")]
    public async Task A_wrong_configuration_is_one_line_and_exit_code_1(string expected, string argument)
    {
        var (exitCode, output, errors) = await RunAsync(argument);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("bridge: " + expected, errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
        Assert.Empty(output);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_one_line_and_exit_code_1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var (exitCode, _, errors) = await RunAsync($"--Kestrel:Endpoints:Http:Url=http://{taken.LocalEndpoint}");

        Assert.Equal(1, exitCode);
        Assert.Contains($"{taken.LocalEndpoint}", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [Fact]
    [Covers("LIFE-13", "LIFE-15")]
    public async Task An_application_that_cannot_start_is_one_line_and_exit_code_3()
    {
        var (exitCode, output, errors) = await RunAsync(
            $"--Bridge:Applications:shop:Assembly={Assets.HostedApplication}",
            "--Bridge:Applications:shop:Type=HostedApplication.Applications",
            "--Bridge:Applications:shop:Member=Asgi",
            "--Bridge:Applications:shop:Lifespan=on");

        Assert.Equal(3, exitCode);
        Assert.Equal(
            "bridge: Application shop has Lifespan \"on\" and did not start: it raised NotSupportedException: lifespan",
            errors.TrimEnd());
        Assert.Empty(output);
    }

    [Fact]
    public async Task A_certificate_that_is_none_is_one_line_and_exit_code_1()
    {
        var (exitCode, _, errors) = await RunAsync(
            "--Kestrel:Endpoints:Http:Url=https://127.0.0.1:0",
            $"--Kestrel:Endpoints:Http:Certificate:Path={typeof(BridgeProgramTests).Assembly.Location}");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("bridge: A certificate of Kestrel:Endpoints cannot be used: ", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_certificate_that_may_not_be_read_is_one_line_and_exit_code_1()
    {
        var (exitCode, _, errors) = await RunAsync(() => throw new UnauthorizedAccessException("Access to the path '/key.pfx' is denied."));

        Assert.Equal(1, exitCode);
        Assert.Equal("bridge: Access to the path '/key.pfx' is denied.", errors.TrimEnd());
    }

    [Fact]
    [Covers("GAP-20")]
    public async Task A_stop_during_the_start_is_no_failure_and_cancels_the_running_startup()
    {
        WebApplication app = null!;
        var cancelled = new TaskCompletionSource();
        var application = new HostedApplication("slow", async (_, _, _) =>
        {
            AsgiCancellation.Token.Register(cancelled.SetResult);
            app.Lifetime.StopApplication();
            await Task.Delay(Timeout.InfiniteTimeSpan, AsgiCancellation.Token);
        });

        var (exitCode, output, errors) = await RunAsync(() => app = BridgeHost.Build(FreePorts, [application]));
        await cancelled.Task.WithDeadline();

        Assert.Equal((0, "", ""), (exitCode, output, errors));
    }

    private static Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] arguments) =>
        RunAsync(() => BridgeHost.Build([.. FreePorts, .. arguments]));

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(Func<WebApplication> build)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await BridgeProgram.RunAsync(build, output, errors).WithDeadline();
        return (exitCode, output.ToString(), errors.ToString());
    }
}
