using System.ComponentModel;
using System.Diagnostics;

namespace Bridge.Testing.Tools;

/// <summary>Runs a program to its end.</summary>
public static class ExternalCommand
{
    /// <summary>Some programs compile what they run.</summary>
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(10);

    /// <summary>Runs a program and gives its exit code and output. Killed, with its children, at the deadline.</summary>
    /// <exception cref="TimeoutException">It was still running at the deadline; the message has its output so far.</exception>
    public static async Task<CommandResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null,
        TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(limit ?? DefaultLimit);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} did not end.\n{await output}\n{await errors}");
        }

        return new CommandResult(process.ExitCode, await output, await errors);
    }

    /// <summary>The first of these programs that is not on the PATH; null when all are.</summary>
    public static string? FindMissing(params ReadOnlySpan<string> programs)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        foreach (var program in programs)
        {
            if (!folders.Any(folder => File.Exists(Path.Combine(folder, program))))
            {
                return program;
            }
        }

        return null;
    }

    /// <summary>Whether a program exists and ends with 0. Blocks: attributes, where it is used, cannot wait otherwise.</summary>
    public static bool Succeeds(string program, params IEnumerable<string> arguments) => TryRun(program, arguments, null)?.ExitCode == 0;

    /// <summary>Runs a program and blocks until it has ended; null when there is no such program.</summary>
    public static CommandResult? TryRun(string program, IEnumerable<string> arguments, string? folder)
    {
        try
        {
            return Task.Run(() => RunAsync(program, arguments, folder: folder)).GetAwaiter().GetResult();
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
