using System.Diagnostics;
using System.Globalization;
using Bridge.Bench;

namespace Asgiref.Core.Bench;

/// <summary>A Python with asgiref in it, which measures on request. Between the requests it only waits for the next.</summary>
internal sealed class AsgirefProcess : IAsyncDisposable
{
    private readonly Process _process;

    private AsgirefProcess(Process process, string version)
    {
        _process = process;
        Version = version;
    }

    /// <summary>The versions of asgiref and Python.</summary>
    public string Version { get; }

    /// <param name="python">The interpreter; asgiref must be installed for it.</param>
    public static async Task<AsgirefProcess> StartAsync(string python)
    {
        var start = new ProcessStartInfo(python) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "asgiref_rates.py"));
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{python} did not start.");
        var version = await process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"{python} cannot run asgiref_rates.py; is asgiref installed for it?");
        return new AsgirefProcess(process, version);
    }

    /// <param name="kind">One of the kinds in asgiref_rates.py.</param>
    public Leg LegOf(string kind) => new("asgiref", time => RateAsync(kind, time));

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<double> RateAsync(string kind, TimeSpan time)
    {
        await _process.StandardInput.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{kind} {time.TotalSeconds}"));
        await _process.StandardInput.FlushAsync();
        var rate = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"asgiref failed at {kind}.");
        return double.Parse(rate, CultureInfo.InvariantCulture);
    }
}
