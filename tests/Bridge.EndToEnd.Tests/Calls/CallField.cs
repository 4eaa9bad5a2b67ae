using System.Globalization;
using System.Text;
using Asgiref.Core.Callables;
using Bridge.Client.Workers;
using Bridge.EndToEnd.Tests.Faults;
using Bridge.EndToEnd.Tests.Running;
using CallWorker;
using CallWorker.Trees;

namespace Bridge.EndToEnd.Tests.Calls;

/// <summary>
/// A bridge that hosts functions, workers as processes of their own, and this process as a worker named "here": each has the
/// same functions, and each calls all others. The field's <see cref="AssertQuietAsync"/> shows that nothing stays behind.
/// </summary>
internal sealed class CallField : IAsyncDisposable
{
    public const string Here = "here";
    public const string Bridge = "bridge";

    private readonly string[] _settings;
    private readonly SaidLines _said = new();
    private readonly Signals _signals;
    private readonly BridgeWorker _worker;
    private int _ids;

    private CallField(string[] settings, BridgeProcess bridge)
    {
        _settings = settings;
        BridgeProcess = bridge;
        _signals = new Signals(_said.Add);
        Functions.Add(Registry, Here, _signals);
        Trees = new TreeRunner(Registry, Here, (tree, what) => TreeMismatch?.Invoke(tree, what));
        Trees.Add();
        Route = new Route(Registry);
        _worker = new BridgeWorker(new BridgeWorkerOptions
        {
            Address = Address,
            Name = Here,
            Callables = Registry,
            Reconnection = new WorkerReconnection { LongestDelay = TimeSpan.FromMilliseconds(200) },
        });
    }

    public BridgeProcess BridgeProcess { get; private set; }

    public string Address => $"http://{BridgeProcess.GrpcAddress}";

    /// <summary>The functions of this process, and the way to all others.</summary>
    public CallableRegistry Registry { get; } = new(Functions.Options);

    /// <summary>Calls from this process.</summary>
    public Route Route { get; }

    /// <summary>Runs planned trees in this process.</summary>
    public TreeRunner Trees { get; }

    /// <summary>Takes what they did not see as planned here.</summary>
    public Action<int, string>? TreeMismatch { get; set; }

    public Dictionary<string, FaultWorkerProcess> Workers { get; } = new(StringComparer.Ordinal);

    /// <summary>Starts everything. Worker w2 records traces.</summary>
    /// <param name="workers">How many worker processes.</param>
    /// <param name="settings">More of the bridge's.</param>
    public static async Task<CallField> StartAsync(int workers, params string[] settings)
    {
        string[] all =
        [
            .. ServerSettings.Samples,
            $"--Bridge:Callables:Hosted:tests:Assembly={BuiltOutput.CallWorker}",
            "--Bridge:Callables:Hosted:tests:Type=CallWorker.Functions",
            "--Bridge:Callables:Hosted:tests:Member=Hosted",
            .. settings,
        ];
        var field = new CallField(all, await BridgeProcess.StartAsync(all));
        await field._worker.StartAsync();
        await Task.WhenAll(Enumerable.Range(1, workers).Select(number => field.AddWorkerAsync($"w{number}")));
        await field._worker.WaitUntilReadyAsync().WithDeadline();
        return field;
    }

    /// <summary>Starts a worker and waits until the bridge has taken its functions.</summary>
    public async Task<FaultWorkerProcess> AddWorkerAsync(string name)
    {
        var worker = new FaultWorkerProcess(BuiltOutput.CallWorker, Address, name, ["--Reconnection:LongestDelay=0:00:00.2", $"--Traces={name == "w2"}"]);
        lock (Workers)
        {
            Workers[name] = worker;
        }

        await worker.UntilReadyAsync();
        return worker;
    }

    /// <summary>Ends a worker as a crash would; its process is gone afterwards.</summary>
    public async Task KillAsync(string name)
    {
        Workers.Remove(name, out var worker);
        await worker!.SignalAsync("KILL");
        await worker.ExitAsync();
        await worker.DisposeAsync();
    }

    /// <summary>Starts the bridge again, which has ended.</summary>
    public async Task StartBridgeAgainAsync() => BridgeProcess = await BridgeProcess.StartAsync(_settings);

    /// <summary>An id for something that waits.</summary>
    public string NewId() => $"id{Interlocked.Increment(ref _ids)}.";

    /// <summary>Makes a call from a thread of its own that blocks; the first visit tells that thread.</summary>
    public Task<Visit[]> BlockAsync(string[] way, CancellationToken token = default) => Task.Factory.StartNew(
        () => (Visit[])[Hops.Here("here.branch"), .. Route.Call(way, token)],
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <summary>Waits until a process has said something of what waits there.</summary>
    public Task UntilSaidAsync(string process, string id, string what) => process switch
    {
        Here => _said.UntilAsync($"{id} {what}"),
        Bridge => WaitUntil.HoldsAsync(() => BridgeProcess.Said.Contains($"{id} {what}", StringComparison.Ordinal), $"{process}: {id} {what}"),
        _ => Workers[process].UntilSaidAsync($"{id} {what}"),
    };

    /// <summary>Lets go on what waits in a process.</summary>
    public async Task ReleaseAsync(string process, string id)
    {
        switch (process)
        {
            case Here:
                _signals.Release(id);
                break;
            case Bridge:
                await Route.CallAsync(["bridge.release", id]).AsTask().WithDeadline();
                break;
            default:
                Workers[process].Release(id);
                break;
        }
    }

    /// <summary>What planned trees did not see as planned in another process, by their numbers.</summary>
    public IEnumerable<(int Tree, string What)> TreeMismatchesOf(string process) =>
        (process == Bridge ? BridgeProcess.Said.Split('\n') : [.. Workers[process].Lines])
            .Where(line => line.StartsWith("mismatch ", StringComparison.Ordinal))
            .Select(line => line.Split(' ', 3))
            .Select(parts => (int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]));

    /// <summary>What a process has under way.</summary>
    public async Task<IReadOnlyDictionary<string, long>> FiguresAsync(string process) => process switch
    {
        Here => ProcessFigures.Of(Registry),
        Bridge => await Registry.CallAsync<NoValue, Dictionary<string, long>>(Functions.BridgeFigures, default).AsTask().WithDeadline(),
        _ => await Workers[process].FiguresAsync(),
    };

    /// <summary>Waits until a figure of a process has a value.</summary>
    public Task UntilAsync(string process, string figure, long value) => UntilAsync(process, figures => figures[figure] == value, $"{figure} is {value}");

    /// <summary>Waits until a figure of a process is large enough.</summary>
    public Task UntilAtLeastAsync(string process, string figure, long value) =>
        UntilAsync(process, figures => figures[figure] >= value, $"{figure} is at least {value}");

    /// <summary>
    /// Shows that nothing has stayed behind in any process: no call, no context, no thread of one. Ends come a moment after
    /// what caused them, so it waits for them.
    /// </summary>
    public async Task AssertQuietAsync()
    {
        foreach (var process in Processes)
        {
            await UntilAsync(process, static figures => figures.Values.All(value => value == 0), "everything is zero");
        }

        foreach (var series in new[] { "bridge_callables_calls_live", "bridge_callables_thread_contexts" })
        {
            await ServerMetrics.WaitForAsync(BridgeProcess, series, 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        foreach (var worker in Workers.Values)
        {
            await worker.DisposeAsync();
        }

        await BridgeProcess.DisposeAsync();
    }

    private IEnumerable<string> Processes => Workers.Keys.Append(Here).Append(Bridge);

    private async Task UntilAsync(string process, Func<IReadOnlyDictionary<string, long>, bool> holds, string what)
    {
        using var patience = new CancellationTokenSource(Deadline.Default / 4);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!holds(await FiguresAsync(process)))
        {
            if (patience.IsCancellationRequested)
            {
                Assert.Fail($"{process}: not {what}: {await DescribeAsync()}");
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    /// <summary>The figures of all processes, and what the bridge has of calls.</summary>
    private async Task<string> DescribeAsync()
    {
        var text = new StringBuilder();
        foreach (var process in Processes)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{process}: {string.Join(", ", (await FiguresAsync(process)).Select(figure => $"{figure.Key} {figure.Value}"))}");
        }

        using var client = new HttpClient();
        foreach (var (series, value) in (await ServerMetrics.ReadAsync(client, BridgeProcess)).Where(pair => pair.Key.StartsWith("bridge_callables", StringComparison.Ordinal)))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{series} {value}");
        }

        return text.ToString();
    }
}
