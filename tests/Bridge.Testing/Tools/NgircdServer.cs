using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Bridge.Testing.Tools;

/// <summary>
/// A real IRC server (ngircd) on a free port of this machine, with a configuration of its own that neither limits
/// connections nor slows clients down. Killed when disposed.
/// </summary>
public sealed class NgircdServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ngircd-");
    private Process? _process;

    private NgircdServer(int port) => Port = port;

    public int Port { get; }

    /// <summary>Starts a server and waits until it says that it is ready.</summary>
    public static async Task<NgircdServer> StartAsync()
    {
        Tool.Ngircd.Require();
        var server = new NgircdServer(FindFreePort());
        await File.WriteAllTextAsync(server.ConfigurationFile, $"""
            [Global]
            Name = irc.test.local
            AdminInfo1 = tests
            Listen = 127.0.0.1
            Ports = {server.Port}
            MotdPhrase = welcome
            [Limits]
            MaxConnectionsIP = 0
            MaxPenaltyTime = 0
            [Options]
            DNS = no
            Ident = no
            PAM = no
            """);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Kills the server without a word to its clients.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync().WithDeadline();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Starts the server on its port, after <see cref="KillAsync"/>.</summary>
    public async Task StartAgainAsync()
    {
        _process = Process.Start(new ProcessStartInfo(FindProgram()!, ["--nodaemon", "--config", ConfigurationFile])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var output = new List<string?>();
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            await ready.Task.WithDeadline();
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"ngircd is not ready: {string.Join('\n', output)}", error);
        }

        void Read(string? line)
        {
            lock (output)
            {
                output.Add(line);
            }

            if (line?.EndsWith("ready.", StringComparison.Ordinal) == true)
            {
                ready.TrySetResult();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _folder.Delete(recursive: true);
    }

    internal static string? FindMissing() => FindProgram() is null ? "ngircd" : null;

    private string ConfigurationFile => Path.Combine(_folder.FullName, "ngircd.conf");

    /// <summary>Debian keeps it where only root's PATH looks.</summary>
    private static string? FindProgram() =>
        ExternalCommand.FindMissing("ngircd") is null ? "ngircd" : File.Exists("/usr/sbin/ngircd") ? "/usr/sbin/ngircd" : null;

    /// <summary>
    /// A port that nobody listens on, below those that the system itself gives out. So no connection takes it as its own
    /// port while the server does not listen, and a client that connects meanwhile cannot reach itself.
    /// </summary>
    private static int FindFreePort()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, Random.Shared.Next(10_000, 32_000));
            try
            {
                listener.Start();
                return ((IPEndPoint)listener.LocalEndpoint).Port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another one, then.
            }
        }
    }
}
