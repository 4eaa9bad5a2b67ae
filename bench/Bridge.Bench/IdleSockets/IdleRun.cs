using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Bridge.Bench.IdleSockets;

/// <summary>Memory and reach of many idle WebSockets: through the bridge and one worker, then on uvicorn. One after the other, each in fresh processes.</summary>
internal static class IdleRun
{
    private const int WarmUpSockets = 200;

    /// <summary>For all that is done with one server; what takes longer is a failure.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    public static async Task<int> RunAsync(IdleOptions options)
    {
        if (options.FilesMissing() is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return 1;
        }

        List<IdleFigures> servers = [await BridgeAsync(options)];
        var uvicorn = await UvicornVersionAsync();
        if (uvicorn is null)
        {
            await Console.Error.WriteLineAsync("There is no uvicorn on the PATH: the bridge is measured alone.");
        }
        else if (await UvicornAsync(options) is { } figures)
        {
            servers.Add(figures);
        }

        Console.WriteLine(
            $"{options.Sockets:N0} idle WebSockets; {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {uvicorn ?? "no uvicorn"}, "
            + $"{RuntimeInformation.OSDescription}; memory read {options.Idle} s after the last was opened; {options.Broadcasts} broadcasts, median.");
        Console.WriteLine();
        IdleFigures.Print(servers, Console.Out);
        return 0;
    }

    private static async Task<IdleFigures> BridgeAsync(IdleOptions options)
    {
        await using var bridge = ServerProcess.StartBridge();
        await bridge.WaitUntilListeningAsync();
        await using var worker = ServerProcess.StartWorker(bridge, sessions: 1);
        await bridge.WaitUntilServedAsync("/worker-broadcast");
        return await MeasureAsync("bridge and one worker", bridge.Http("/worker-broadcast"), [("bridge", bridge), ("worker", worker)], options);
    }

    private static async Task<IdleFigures?> UvicornAsync(IdleOptions options)
    {
        await using var uvicorn = ServerProcess.StartUvicorn(AppContext.BaseDirectory, "broadcast:application");
        try
        {
            await uvicorn.WaitUntilListeningAsync();
        }
        catch (InvalidOperationException error)
        {
            await Console.Error.WriteLineAsync($"{error.Message} The bridge is measured alone; uvicorn wants the package websockets (Debian: python3-websockets).");
            return null;
        }

        return await MeasureAsync("uvicorn", uvicorn.Http("/"), [("uvicorn", uvicorn)], options);
    }

    private static async Task<IdleFigures> MeasureAsync(string server, Uri url, (string Name, ServerProcess Process)[] processes, IdleOptions options)
    {
        using var limit = new CancellationTokenSource(Limit);
        await using (var warmUp = new IdleClients())
        {
            await warmUp.OpenAsync(url, Math.Min(WarmUpSockets, options.Sockets), limit.Token);
            await warmUp.UntilHeldAsync(url, limit.Token);
            await warmUp.BroadcastAsync(url, limit.Token);
        }

        await using var clients = new IdleClients();
        await clients.UntilHeldAsync(url, limit.Token);
        var before = Resident(processes);
        var opening = Stopwatch.StartNew();
        await clients.OpenAsync(url, options.Sockets, limit.Token);
        await clients.UntilHeldAsync(url, limit.Token);
        opening.Stop();
        await Task.Delay(TimeSpan.FromSeconds(options.Idle), limit.Token);
        var idle = Resident(processes);

        var broadcasts = new List<TimeSpan>();
        for (var i = 0; i < options.Broadcasts; i++)
        {
            var watch = Stopwatch.StartNew();
            await clients.BroadcastAsync(url, limit.Token);
            broadcasts.Add(watch.Elapsed);
        }

        var after = Resident(processes);
        return new IdleFigures(
            server, options.Sockets, opening.Elapsed,
            [.. processes.Select((process, place) => (process.Name, before[place], idle[place], after[place]))], broadcasts);
    }

    private static long[] Resident((string Name, ServerProcess Process)[] processes) => [.. processes.Select(process => process.Process.ResidentBytes)];

    private static async Task<string?> UvicornVersionAsync()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("uvicorn", "--version") { RedirectStandardOutput = true })!;
            var version = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return version.Trim().Replace("Running ", "", StringComparison.Ordinal);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
