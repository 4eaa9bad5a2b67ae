using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>wrk: connections that each ask for the same thing as soon as they have their answer, counted by a program that is not ours.</summary>
internal sealed partial class WrkLoad : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _report;
    private readonly Task<string> _errors;

    /// <summary>Begins to ask, and goes on for four minutes at most. No answer comes too late within a test's deadline.</summary>
    public WrkLoad(Uri url, int connections)
    {
        string[] arguments = ["--threads", "2", "--connections", $"{connections}", "--duration", "240s", "--timeout", "120s", url.AbsoluteUri];
        var start = new ProcessStartInfo("wrk", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        _process = Process.Start(start) ?? throw new InvalidOperationException("wrk did not start.");
        _report = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Holds wrk where it is: its connections stay, and ask nothing more.</summary>
    public async Task FreezeAsync()
    {
        Assert.False(_process.HasExited, "wrk has ended by itself.");
        await SignalAsync("STOP");
        await WaitUntil.HoldsAsync(() => State == 'T');
    }

    /// <summary>Ends it, which must be frozen.</summary>
    /// <returns>How many requests it counts as answered, and its report, which tells of failures only if there are any.</returns>
    public async Task<(long Answers, string Report)> StopAsync()
    {
        // Only its main thread, when it sleeps again, ends by the signal; any other would take it and let that one sleep on.
        await SignalAsync("CONT");
        await WaitUntil.HoldsAsync(() => State == 'S');
        await SignalAsync("INT");
        await _process.WaitForExitAsync().WithDeadline();
        var report = await _report.WithDeadline() + await _errors.WithDeadline();
        Assert.True(_process.ExitCode == 0 && Requests().IsMatch(report), $"wrk ended with {_process.ExitCode}.\n{report}");
        return (long.Parse(Requests().Match(report).Groups[1].ValueSpan, CultureInfo.InvariantCulture), report);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync().WithDeadline();
        }

        _process.Dispose();
    }

    /// <summary>That of its main thread, as Linux tells it.</summary>
    private char State => File.ReadAllText($"/proc/{_process.Id}/stat").Split(") ")[^1][0];

    private async Task SignalAsync(string signal) =>
        Assert.Equal(0, (await ExternalCommand.RunAsync("kill", [$"-{signal}", $"{_process.Id}"])).ExitCode);

    [GeneratedRegex(@"(\d+) requests in ")]
    private static partial Regex Requests();
}
