using System.Net;
using System.Net.Sockets;
using System.Numerics;
using System.Text;
using FaultWorker;

namespace Bridge.EndToEnd.Tests.Faults;

public sealed class SlowPeerTests
{
    private const int Siblings = 100;
    private const long SiblingBytes = 1024 * 1024;

    /// <summary>More than all the buffers of two sockets take.</summary>
    private const long SlowBytes = 64 * 1024 * 1024;

    private const long Window = 64 * 1024;

    [Fact]
    public async Task A_client_that_does_not_read_holds_up_none_of_100_others_and_costs_the_bridge_a_window()
    {
        await using var field = await Field.StartAsync();
        var worker = await field.AddWorkerAsync("w1");
        using var slow = new TcpClient { ReceiveBufferSize = 16 * 1024 };
        var address = field.Url($"download?bytes={SlowBytes}");
        await slow.ConnectAsync(IPAddress.Loopback, address.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {address.PathAndQuery} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"));
        await UntilNothingMovesAsync(field);

        var siblings = Enumerable.Range(0, Siblings).Select(_ => Transfers.DownloadAsync(field, SiblingBytes)).ToArray();
        await WatchAsync(siblings, async () => (long)(await field.FiguresAsync())["bridge_sessions_bytes_held"]);

        var expected = Pattern.HashOf(SiblingBytes);
        Assert.All(await Task.WhenAll(siblings), hash => Assert.Equal(expected, hash));

        // A client has its whole answer a moment before its exchange is over.
        var figures = await UntilOneAsync("bridge_sessions_exchanges_opened_here", field.FiguresAsync);
        Assert.InRange(figures["bridge_sessions_bytes_held"], 1, Window);
        // The application has not asked for the empty bodies of the requests.
        Assert.InRange((await worker.FiguresAsync())["bridge.worker.bytes.held"], 0, Window);

        await slow.GetStream().CopyToAsync(Stream.Null).WithDeadline();
        await field.AssertQuietAsync();
    }

    [Fact]
    public async Task An_application_that_does_not_read_holds_up_none_of_100_others_and_costs_the_worker_a_window()
    {
        await using var field = await Field.StartAsync();
        var worker = await field.AddWorkerAsync("w1");
        var slow = Transfers.UploadAsync(field, SlowBytes, "?id=slow");
        await worker.UntilSaidAsync("slow waits");

        var siblings = Enumerable.Range(0, Siblings).Select(_ => Transfers.UploadAsync(field, SiblingBytes)).ToArray();
        await WatchAsync(siblings, async () => (await worker.FiguresAsync())["bridge.worker.bytes.held"]);

        var expected = Pattern.HashOf(SiblingBytes);
        Assert.All(await Task.WhenAll(siblings), hash => Assert.Equal(expected, hash));
        var figures = await UntilOneAsync("bridge.worker.exchanges.open", worker.FiguresAsync);
        Assert.InRange(figures["bridge.worker.bytes.held"], 1, Window);
        Assert.Equal(0, (await field.FiguresAsync())["bridge_sessions_bytes_held"]);

        worker.Release("slow");
        Assert.Equal(Pattern.HashOf(SlowBytes), await slow.WithDeadline());
        await field.AssertQuietAsync();
    }

    /// <summary>All buffers on the way are full: something is held, and nothing more comes.</summary>
    private static async Task UntilNothingMovesAsync(Field field)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        double before, now = -1;
        do
        {
            before = now;
            await timer.WaitForNextTickAsync().WithDeadline();
            var figures = await field.FiguresAsync();
            now = figures["bridge_sessions_bytes_held"] > 0 ? figures["bridge_sessions_bytes_received_total"] : before + 1;
        }
        while (now != before);
    }

    /// <summary>Waits until a figure is 1, and gives those that were read with it.</summary>
    private static async Task<IReadOnlyDictionary<string, T>> UntilOneAsync<T>(string name, Func<Task<IReadOnlyDictionary<string, T>>> read)
        where T : INumber<T>
    {
        using var patience = new CancellationTokenSource(Deadline.Default);
        while (true)
        {
            var figures = await read();
            if (figures[name] == T.One)
            {
                return figures;
            }

            Assert.False(patience.IsCancellationRequested, $"{name} is still {figures[name]}.");
        }
    }

    /// <summary>Looks at what is held, again and again, until all siblings have finished.</summary>
    private static async Task WatchAsync(Task[] siblings, Func<Task<long>> held)
    {
        var all = Task.WhenAll(siblings).WithDeadline();
        while (!all.IsCompleted)
        {
            Assert.InRange(await held(), 0, (Siblings + 1) * Window);
        }

        await all;
    }
}
