using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Bridge.EndToEnd.Tests.Running;

namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>A bridge and its workers, each a process of its own, where something goes wrong and nothing may stay behind.</summary>
internal sealed class Field : IAsyncDisposable
{
    /// <summary>What the bridge counts while something runs or is held: all zero when it is quiet.</summary>
    private static readonly string[] BridgeFigures =
    [
        "bridge_instances_live", "bridge_sessions_exchanges_opened_here", "bridge_sessions_exchanges_opened_by_peers",
        "bridge_sessions_bytes_held", "bridge_sessions_bytes_joined", "bridge_websockets_open",
        "bridge_workers_instances", "bridge_workers_queue",
    ];

    private static readonly string[] WorkerFigures =
    [
        "bridge.worker.instances.live", "bridge.worker.exchanges.open", "bridge.worker.bytes.held", "bridge.worker.bytes.joined",
    ];

    private readonly string[] _settings;
    private readonly PublishedOutput? _published;

    private Field(string[] settings, PublishedOutput? published, BridgeProcess bridge)
    {
        _settings = settings;
        _published = published;
        Bridge = bridge;
    }

    public BridgeProcess Bridge { get; private set; }

    public ConcurrentDictionary<string, FaultWorkerProcess> Workers { get; } = new(StringComparer.Ordinal);

    /// <summary>Where workers dial; by default where the bridge listens.</summary>
    public string? WorkerAddress { get; set; }

    /// <summary>Connections without a limit and without a time-out: every wait of a test has its own.</summary>
    public HttpClient Http { get; } = new(new SocketsHttpHandler { MaxConnectionsPerServer = int.MaxValue, UseProxy = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Starts a bridge with an HTTP/2 front beside that of HTTP/1.1.</summary>
    public static Task<Field> StartAsync(params string[] settings) => StartAsync(null, settings);

    /// <summary>The same with published programs in the place of those of the build.</summary>
    public static async Task<Field> StartPublishedAsync() => await StartAsync(await PublishedOutput.GetAsync(), []);

    private static async Task<Field> StartAsync(PublishedOutput? published, string[] settings)
    {
        string[] all =
        [
            .. ServerSettings.Samples,
            "--Kestrel:Endpoints:Http2:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Http2:Protocols=Http2",
            "--Bridge:Http:Routes:0:Path=/fault", "--Bridge:Http:Routes:0:Application=fault", "--Bridge:Http:Routes:0:Worker=true",
            .. settings,
        ];
        return new Field(all, published, await BridgeProcess.StartAsync(all, published?.Server));
    }

    /// <summary>Starts the bridge again, which has ended.</summary>
    public async Task StartBridgeAgainAsync() => Bridge = await BridgeProcess.StartAsync(_settings, _published?.Server);

    /// <summary>Starts a worker and waits until the bridge has taken it.</summary>
    public async Task<FaultWorkerProcess> AddWorkerAsync(string name, params IEnumerable<string> settings)
    {
        var worker = new FaultWorkerProcess(_published?.FaultWorker ?? BuiltOutput.FaultWorker, WorkerAddress ?? $"http://{Bridge.GrpcAddress}", name, settings);
        Workers[name] = worker;
        await worker.UntilReadyAsync();
        return worker;
    }

    public async Task RemoveAsync(FaultWorkerProcess worker)
    {
        Workers.TryRemove(worker.Name, out _);
        await worker.DisposeAsync();
    }

    public Uri Url(string path) => Bridge.Http($"/fault/{path}");

    public Uri Http2Url(string path) => new(Bridge.Banner.AddressOf("Http2"), $"/fault/{path}");

    public Uri SocketUrl(string path, bool http2 = false) => new UriBuilder(http2 ? Http2Url(path) : Url(path)) { Scheme = "ws" }.Uri;

    /// <summary>A request of HTTP/2 without a word about it in HTTP/1.1.</summary>
    public HttpRequestMessage Http2Request(HttpMethod method, string path) =>
        new(method, Http2Url(path)) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    /// <summary>Which worker answers.</summary>
    public Task<string> HelloAsync() => Http.GetStringAsync(Url("hello")).WithDeadline();

    public Task<IReadOnlyDictionary<string, double>> FiguresAsync() => ServerMetrics.ReadAsync(Http, Bridge);

    /// <summary>The sum of the disconnects that one conversation has heard, in all workers.</summary>
    public int GoneOf(string id) => Workers.Values.Sum(worker => worker.CountOf($"{id} gone"));

    /// <summary>Waits until one of the workers has printed a line that begins so.</summary>
    public async Task<FaultWorkerProcess> UntilSaidAsync(string beginning)
    {
        var workers = Workers.Values.ToArray();
        var said = Array.ConvertAll(workers, worker => worker.UntilSaidAsync(beginning));
        return workers[Array.IndexOf(said, await Task.WhenAny(said))];
    }

    /// <summary>
    /// Shows that nothing has stayed behind: nothing runs, no byte is held, no exchange is open on either side, everybody
    /// is healthy and a request is served. Endings come a moment after what caused them, so it waits for them.
    /// </summary>
    public async Task AssertQuietAsync()
    {
        Assert.Equal("OK", await ReadyzAsync());
        await UntilZeroAsync("the bridge", BridgeFigures, async () => (await FiguresAsync()).ToDictionary(figure => figure.Key, figure => (long)figure.Value));
        foreach (var worker in Workers.Values)
        {
            await UntilZeroAsync($"worker {worker.Name}", WorkerFigures, worker.FiguresAsync);
        }

        Assert.Contains(await HelloAsync(), Workers.Keys);
    }

    public async Task<string> ReadyzAsync()
    {
        using var answer = await Http.GetAsync(Bridge.Management("/readyz")).WithDeadline();
        return answer.StatusCode.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in Workers.Values)
        {
            await worker.DisposeAsync();
        }

        Http.Dispose();
        await Bridge.DisposeAsync();
    }

    private async Task UntilZeroAsync(string whose, string[] names, Func<Task<IReadOnlyDictionary<string, long>>> read)
    {
        using var patience = new CancellationTokenSource(Deadline.Default / 4);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var figures = await read();
            var left = names.Where(name => figures[name] != 0).Select(name => string.Create(CultureInfo.InvariantCulture, $"{name} {figures[name]}")).ToArray();
            if (left.Length == 0)
            {
                return;
            }

            Assert.False(patience.IsCancellationRequested, $"Left at {whose}: {string.Join(", ", left)}.\n{Bridge.Said}");
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private Task UntilZeroAsync(string whose, string[] names, Func<Task<Dictionary<string, long>>> read) =>
        UntilZeroAsync(whose, names, async () => (IReadOnlyDictionary<string, long>)await read());
}
