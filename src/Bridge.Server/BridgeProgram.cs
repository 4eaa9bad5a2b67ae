using Bridge.Server.Configuration;
using Bridge.Server.Hosting;
using Microsoft.Extensions.Options;

namespace Bridge.Server;

/// <summary>The process: start, wait for SIGTERM or SIGINT, stop; a failed start is one line on standard error.</summary>
internal static class BridgeProgram
{
    private const int Stopped = 0;
    private const int WrongConfiguration = 1;

    /// <summary>An application cannot start (LIFE-13; the code that uvicorn uses).</summary>
    private const int ApplicationFailed = 3;

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            await using var app = BridgeHost.Build(args);
            await app.StartAsync();
            await output.WriteLineAsync(app.Services.GetRequiredService<HostingOverview>().Render());
            await output.FlushAsync();
            await app.WaitForShutdownAsync();
            return Stopped;
        }
        catch (LifespanFailedException failure)
        {
            return await FailAsync(errors, failure.Message, ApplicationFailed);
        }
        catch (Exception error) when (IsOfConfiguration(error))
        {
            return await FailAsync(
                errors, error.Message + (error is InvalidDataException ? " " + error.InnerException?.Message : ""), WrongConfiguration);
        }
    }

    /// <summary>Ours, and what .NET throws for a file that is not JSON, an address that is taken or an endpoint that cannot be.</summary>
    private static bool IsOfConfiguration(Exception error) =>
        error is ConfigurationException or OptionsValidationException or InvalidDataException or IOException or FormatException
        || error.Source?.StartsWith("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) == true;

    private static async Task<int> FailAsync(TextWriter errors, string message, int exitCode)
    {
        await errors.WriteLineAsync($"bridge: {message.ReplaceLineEndings(" ")}");
        return exitCode;
    }
}
