using Bridge.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Bridge.Server.Tests.Stateless;

/// <summary>A connector with nothing but the generated stub, on a real channel: one call of a feed, step by step in the hands of the test.</summary>
internal sealed class Connector : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<FeedRequest, FeedResponse> _call;
    private readonly Queue<FeedOutputItem> _items = new();

    public Connector(Uri bridge)
    {
        _channel = GrpcChannel.ForAddress(bridge);
        _call = new StatelessService.StatelessServiceClient(_channel).Feed();
    }

    public FeedWelcome Welcome { get; private set; } = new();

    /// <summary>The newest acknowledgement that it has read.</summary>
    public ulong Acknowledged { get; private set; }

    /// <summary>The number of the last item that it has read.</summary>
    public ulong LastReceived { get; private set; }

    /// <summary>The number of the last event that it has sent.</summary>
    public ulong LastSent { get; private set; }

    /// <summary>Dials in and reads the welcome.</summary>
    public static async Task<Connector> DialAsync(
        Uri bridge, string application = "app", string feed = "feed", ulong epoch = 1, ulong lastReceived = 0, ulong acknowledged = 0)
    {
        var connector = new Connector(bridge);
        await connector.HelloAsync(application, feed, epoch, lastReceived, acknowledged);
        Assert.True(await connector._call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline());
        connector.Welcome = connector._call.ResponseStream.Current.Welcome;
        Assert.NotEmpty(connector.Welcome.Node);
        connector.LastSent = connector.Welcome.LastReceived;
        connector.LastReceived = lastReceived;
        connector.Acknowledged = acknowledged;
        return connector;
    }

    /// <summary>Dials in where no welcome comes.</summary>
    public static async Task<Status> DialInVainAsync(
        Uri bridge, string application = "app", string feed = "feed", ulong epoch = 1, ulong lastReceived = 0, ulong acknowledged = 0)
    {
        using var connector = new Connector(bridge);
        await connector.HelloAsync(application, feed, epoch, lastReceived, acknowledged);
        return await connector.StatusAsync();
    }

    public Task HelloAsync(string application, string feed, ulong epoch, ulong lastReceived = 0, ulong acknowledged = 0) => SendAsync(new FeedRequest
    {
        Hello = new FeedHello
        {
            FeedId = feed,
            Application = application,
            Epoch = epoch,
            LastReceived = lastReceived,
            Acknowledged = acknowledged,
        },
    });

    public Task SendAsync(FeedRequest request) => _call.RequestStream.WriteAsync(request).WithDeadline();

    /// <summary>Sends events with the next numbers, in one message.</summary>
    public Task SendAsync(params FeedInputEvent[] events)
    {
        foreach (var message in events)
        {
            message.Seq = ++LastSent;
        }

        return SendAgainAsync(events);
    }

    /// <summary>Sends events with the numbers they have.</summary>
    public Task SendAgainAsync(params FeedInputEvent[] events)
    {
        var input = new FeedInput();
        input.Events.AddRange(events);
        return SendAsync(new FeedRequest { Input = input });
    }

    public Task AcknowledgeAsync(ulong seq) => SendAsync(new FeedRequest { Input = new FeedInput { Acknowledged = seq } });

    /// <summary>Acknowledges everything that it has read.</summary>
    public Task AcknowledgeAsync() => AcknowledgeAsync(LastReceived);

    public Task HalfCloseAsync() => _call.RequestStream.CompleteAsync().WithDeadline();

    /// <summary>The next item; each number is one more than the one before.</summary>
    public async Task<FeedOutputItem> NextAsync()
    {
        while (_items.Count == 0)
        {
            await ReadAsync();
        }

        var item = _items.Dequeue();
        Assert.Equal(LastReceived + 1, item.Seq);
        LastReceived = item.Seq;
        return item;
    }

    /// <summary>The next items, each as one line.</summary>
    public async Task<string[]> NextLinesAsync(int count)
    {
        var lines = new string[count];
        for (var index = 0; index < count; index++)
        {
            lines[index] = LineOf(await NextAsync());
        }

        return lines;
    }

    public async Task<string> NextLineAsync() => (await NextLinesAsync(1))[0];

    /// <summary>Reads until everything up to a number is acknowledged; items that come meanwhile are kept.</summary>
    public async Task UntilAcknowledgedAsync(ulong seq)
    {
        while (Acknowledged < seq)
        {
            await ReadAsync();
        }
    }

    /// <summary>The status of the call, after reading what comes before it.</summary>
    public async Task<Status> StatusAsync()
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline())
            {
                Keep(_call.ResponseStream.Current);
            }

            return _call.GetStatus();
        }
        catch (RpcException error)
        {
            return error.Status;
        }
    }

    /// <summary>What has come before the status and was not read as an item.</summary>
    public string[] RestOfLines() => [.. _items.Select(LineOf)];

    /// <summary>Vanishes without a word.</summary>
    public void Dispose()
    {
        _call.Dispose();
        _channel.Dispose();
    }

    private static string LineOf(FeedOutputItem item) => item.KindCase switch
    {
        FeedOutputItem.KindOneofCase.Event => $"{item.ScopeId}: {item.Event.Custom.Values["text"].TextValue}",
        FeedOutputItem.KindOneofCase.Undelivered => $"{item.ScopeId}: {item.Undelivered.Seq} undelivered, {item.Undelivered.Reason}",
        _ => $"{item.ScopeId}: ended, {item.Ended.Ending}",
    };

    private async Task ReadAsync()
    {
        Assert.True(await _call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline(), "The bridge has ended the call.");
        Keep(_call.ResponseStream.Current);
    }

    private void Keep(FeedResponse response)
    {
        Assert.Equal(FeedResponse.KindOneofCase.Output, response.KindCase);
        Assert.True(response.Output.Acknowledged >= Acknowledged, "An acknowledgement has fallen.");
        Acknowledged = response.Output.Acknowledged;
        foreach (var item in response.Output.Items)
        {
            _items.Enqueue(item);
        }
    }
}
