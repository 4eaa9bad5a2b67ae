using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Bridge.Bench;

/// <summary>A server under load, or a worker, in a process of its own on free ports.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private readonly Process _process;

    private ServerProcess(string program, int httpPort, int grpcPort, IEnumerable<string> arguments)
    {
        (HttpPort, GrpcPort) = (httpPort, grpcPort);
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        _process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
    }

    public int HttpPort { get; }

    public int GrpcPort { get; }

    /// <summary>What of its memory is in RAM.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.HasExited ? throw new InvalidOperationException($"{Name} has ended.") : _process.WorkingSet64;
        }
    }

    public Uri GrpcAddress => new($"http://localhost:{GrpcPort}");

    private string Name => string.Join(' ', _process.StartInfo.ArgumentList.Prepend(_process.StartInfo.FileName).Take(2));

    public Uri Http(string path) => new($"http://localhost:{HttpPort}{path}");

    public static ServerProcess StartBare()
    {
        var (http, grpc) = (FreePort(), FreePort());
        return new ServerProcess(
            "dotnet", http, grpc, [PathOf("bench/BarePeer", "BarePeer.dll"), http.ToString(CultureInfo.InvariantCulture), grpc.ToString(CultureInfo.InvariantCulture)]);
    }

    public static ServerProcess StartBridge()
    {
        var (http, grpc, management) = (FreePort(), FreePort(), FreePort());
        var applications = PathOf("bench/BenchApplications", "BenchApplications.dll");
        var settings = new List<string>
        {
            PathOf("src/Bridge.Server", "Bridge.Server.dll"),
            $"--Kestrel:Endpoints:Http:Url=http://localhost:{http}",
            $"--Kestrel:Endpoints:Grpc:Url=http://localhost:{grpc}",
            $"--Kestrel:Endpoints:Management:Url=http://localhost:{management}",
            "--Logging:LogLevel:Default=Warning",
        };
        var index = 0;
        foreach (var (name, member, kind) in new[] { ("hello", "Hello", "asgi"), ("echo", "Echo", "asgi"), ("download", "Download", "asgi"), ("wsgi", "HelloWsgi", "wsgi"), ("chatter", "Chatter", "stateless") })
        {
            settings.Add($"--Bridge:Applications:{name}:Assembly={applications}");
            settings.Add($"--Bridge:Applications:{name}:Type=Bridge.Bench.BenchApplications.Applications");
            settings.Add($"--Bridge:Applications:{name}:Member={member}");
            settings.Add($"--Bridge:Applications:{name}:Kind={kind}");
            settings.Add($"--Bridge:Http:Routes:{index}:Path=/{name}");
            settings.Add($"--Bridge:Http:Routes:{index}:Application={name}");
            index++;
        }

        settings.Add($"--Bridge:Callables:Hosted:bench:Assembly={applications}");
        settings.Add("--Bridge:Callables:Hosted:bench:Type=Bridge.Bench.BenchApplications.Callables");
        settings.Add("--Bridge:Callables:Hosted:bench:Member=Hosted");
        return new ServerProcess("dotnet", http, grpc, settings);
    }

    /// <summary>A process that serves the same applications through a bridge.</summary>
    public static ServerProcess StartWorker(ServerProcess bridge, int sessions) => new(
        "dotnet", bridge.HttpPort, bridge.GrpcPort,
        [PathOf("bench/BenchWorker", "BenchWorker.dll"), bridge.GrpcAddress.ToString(), sessions.ToString(CultureInfo.InvariantCulture)]);

    /// <summary>uvicorn with what it picks by itself, an application of a module in a folder, and no gRPC.</summary>
    public static ServerProcess StartUvicorn(string folder, string application)
    {
        var port = FreePort();
        return new ServerProcess(
            "uvicorn", port, port,
            [application, "--app-dir", folder, "--port", port.ToString(CultureInfo.InvariantCulture), "--ws", "websockets", "--lifespan", "off", "--log-level", "warning"]);
    }

    public async Task WaitUntilListeningAsync()
    {
        var started = Stopwatch.StartNew();
        foreach (var port in new[] { HttpPort, GrpcPort })
        {
            while (!await AcceptsAsync(port))
            {
                if (_process.HasExited || started.Elapsed > StartLimit)
                {
                    throw new InvalidOperationException($"{Name} does not listen on port {port}.");
                }

                await Task.Delay(50);
            }
        }
    }

    /// <summary>Waits until a path is answered: until a worker has it.</summary>
    public async Task WaitUntilServedAsync(string path)
    {
        using var client = new HttpClient();
        var started = Stopwatch.StartNew();
        while (true)
        {
            using var response = await client.GetAsync(Http(path));
            if (response.IsSuccessStatusCode)
            {
                return;
            }

            if (started.Elapsed > StartLimit)
            {
                throw new InvalidOperationException($"{path} is answered with {(int)response.StatusCode}.");
            }

            await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<bool> AcceptsAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The built assembly of a project of this repository, in the same configuration as this program.</summary>
    private static string PathOf(string project, string assembly)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = Path.Combine(output.Parent!.Name, output.Name);
        var root = output;
        while (!File.Exists(Path.Combine(root.FullName, "Bridge.sln")))
        {
            root = root.Parent ?? throw new InvalidOperationException("Bridge.sln was not found above the benchmark's folder.");
        }

        return Path.Combine(root.FullName, project, "bin", configuration, assembly);
    }
}
