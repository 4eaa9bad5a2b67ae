using System.Net.Sockets;
using System.Security.Cryptography;
using Asgiref.Core.Hosting;
using Bridge.Server.Configuration;
using Microsoft.Extensions.Options;

namespace Bridge.Server;

/// <summary>The process: start, wait for SIGTERM or SIGINT, stop; a failed start is one line on standard error.</summary>
internal static class BridgeProgram
{
    private const int Stopped = 0;
    private const int WrongConfiguration = 1;

    /// <summary>An application cannot start (LIFE-13; the code that uvicorn uses).</summary>
    private const int ApplicationFailed = 3;

    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors) =>
        RunAsync(() => BridgeHost.Build(args), output, errors);

    internal static async Task<int> RunAsync(Func<WebApplication> build, TextWriter output, TextWriter errors)
    {
        try
        {
            await using var app = build();
            if (await TryStartAsync(app))
            {
                await output.WriteLineAsync(app.Services.GetRequiredService<HostingOverview>().Render());
                await output.FlushAsync();
                await app.WaitForShutdownAsync();
            }

            return Stopped;
        }
        catch (LifespanFailedException failure)
        {
            return await FailAsync(errors, failure.Message, ApplicationFailed);
        }
        catch (Exception error) when (LineFor(error) is { } line)
        {
            return await FailAsync(errors, line, WrongConfiguration);
        }
    }

    /// <returns>False: it was told to stop before it had started, which is no failure.</returns>
    private static async Task<bool> TryStartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
            return true;
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>
    /// The line for an error of the configuration: ours, or what .NET throws for a file that is not JSON, an address that
    /// is taken or not this machine's, a certificate file that cannot be read or used, an endpoint that cannot be. Null for an error of the program.
    /// </summary>
    private static string? LineFor(Exception error) => error switch
    {
        ConfigurationException or OptionsValidationException or IOException or UnauthorizedAccessException or FormatException => error.Message,
        InvalidDataException => $"{error.Message} {error.GetBaseException().Message}",
        CryptographicException => $"A certificate of Kestrel:Endpoints cannot be used: {error.Message}",
        SocketException => $"An endpoint of Kestrel:Endpoints cannot listen: {error.Message}",
        _ when error.Source?.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) == true => error.Message,
        _ => null,
    };

    private static async Task<int> FailAsync(TextWriter errors, string message, int exitCode)
    {
        await errors.WriteLineAsync($"bridge: {message.ReplaceLineEndings(" ")}");
        return exitCode;
    }
}
