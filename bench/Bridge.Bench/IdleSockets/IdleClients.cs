using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;

namespace Bridge.Bench.IdleSockets;

/// <summary>Many WebSockets that say nothing until they are asked, and then answer.</summary>
internal sealed class IdleClients : IAsyncDisposable
{
    private const int OpenedAtOnce = 64;
    private static readonly byte[] Answer = "!"u8.ToArray();
    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler { UseProxy = false });
    private readonly HttpClient _asking = new();
    private readonly ConcurrentBag<ClientWebSocket> _sockets = [];
    private readonly ConcurrentBag<Task> _answering = [];
    private volatile bool _leaving;
    private int _asked;

    public async Task OpenAsync(Uri url, int count, CancellationToken limit)
    {
        var address = new UriBuilder(url) { Scheme = "ws" }.Uri;
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = OpenedAtOnce, CancellationToken = limit }, async (_, token) =>
        {
            var socket = new ClientWebSocket();
            _sockets.Add(socket);
            socket.Options.KeepAliveInterval = TimeSpan.Zero;
            await socket.ConnectAsync(address, _invoker, token);
            _answering.Add(AnswerAsync(socket));
        });
    }

    /// <summary>Has the application ask them all.</summary>
    /// <exception cref="InvalidOperationException">One was not asked, or the application missed an answer.</exception>
    public async Task BroadcastAsync(Uri url, CancellationToken limit)
    {
        _asked = 0;
        using var response = await _asking.PostAsync(url, content: null, limit);
        var answered = await NumberAsync(response, limit);
        if (answered != _sockets.Count || _asked != _sockets.Count)
        {
            throw new InvalidOperationException($"Of {_sockets.Count} sockets {_asked} were asked, and the answers of {answered} arrived.");
        }
    }

    /// <summary>Waits until the application holds exactly these: none of others, and all of them.</summary>
    public async Task UntilHeldAsync(Uri url, CancellationToken limit)
    {
        while (true)
        {
            using var response = await _asking.GetAsync(url, limit);
            if (await NumberAsync(response, limit) == _sockets.Count)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), limit);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _leaving = true;
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        await Task.WhenAll(_answering);
        _invoker.Dispose();
        _asking.Dispose();
    }

    private static async Task<int> NumberAsync(HttpResponseMessage response, CancellationToken limit)
    {
        response.EnsureSuccessStatusCode();
        return int.Parse(await response.Content.ReadAsStringAsync(limit), CultureInfo.InvariantCulture);
    }

    private async Task AnswerAsync(ClientWebSocket socket)
    {
        var buffer = new byte[16];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
                Interlocked.Increment(ref _asked);
                await socket.SendAsync(Answer.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }
        }
        catch (Exception) when (_leaving)
        {
            return;
        }
        catch (WebSocketException error)
        {
            await Console.Error.WriteLineAsync($"A socket was lost: {error.Message}");
        }
    }
}
