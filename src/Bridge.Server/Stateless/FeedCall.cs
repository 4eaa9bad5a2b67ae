using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Bridge.Protocol;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Stateless;

/// <summary>
/// One call of <c>StatelessService.Feed</c>; docs/protocol.md is the contract. One loop reads, and never waits for an
/// application; one writes.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle, and a late end may still come to it.")]
internal sealed class FeedCall(
    string name,
    Feeds feeds,
    StatelessContext shared,
    IAsyncStreamReader<V1.FeedRequest> requests,
    IServerStreamWriter<V1.FeedResponse> responses,
    ServerCallContext context)
{
    /// <summary>Items of a message at most.</summary>
    public const int ItemsPerMessage = 256;

    /// <summary>Bytes of a message after which no item is added.</summary>
    public const int BytesPerMessage = 256 * 1024;

    private static readonly Status Left = new(StatusCode.Cancelled, "The connector has left the call.");

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TaskCompletionSource<Status> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Status> _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Feed? _feed;

    /// <summary>The number of the last item that was put into a message.</summary>
    public ulong Position { get; set; }

    /// <summary>The last acknowledgement that was.</summary>
    public ulong Acknowledged { get; private set; }

    /// <summary>Serves the connector until its call is over.</summary>
    /// <returns>The status of the call.</returns>
    public async Task<Status> RunAsync()
    {
        var writing = Task.CompletedTask;
        using (context.CancellationToken.UnsafeRegister(static call => ((FeedCall)call!).End(Left), this))
        {
            try
            {
                var greeting = await ReadHelloAsync();
                var welcome = await feeds.AttachAsync(this, greeting, _stop.Token);
                Log.Began(shared.Logger, name, context.Peer, greeting.FeedId, greeting.Application, welcome.Resumed);
                writing = WriteAllAsync(welcome);
                while (await requests.MoveNext(_stop.Token))
                {
                    Take(requests.Current);
                }

                _feed!.End(FeedEndKind.HalfClosed, by: this);
                await _end.Task;
            }
            catch (Exception error)
            {
                End(StatusOf(error));
            }

            _feed?.Detach(this);
            await CloseAsync(writing);
        }

        var status = await _end.Task;
        status = StatusText.Fit(status.StatusCode, status.Detail);
        Log.Ended(shared.Logger, name, _feed?.Id, status.StatusCode, status.Detail);
        return status;
    }

    /// <summary>The feed is this call's from now on.</summary>
    /// <param name="feed">The feed.</param>
    /// <param name="position">The last item that the connector has.</param>
    /// <param name="acknowledged">The last acknowledgement that it has.</param>
    public void Begin(Feed feed, ulong position, ulong acknowledged)
    {
        _feed = feed;
        Position = position;
        Acknowledged = acknowledged;
    }

    /// <summary>There may be something to write. Any thread.</summary>
    public void Wake() => _news.Writer.TryWrite(true);

    /// <summary>Ends the call at once; the first end counts. Any thread.</summary>
    public void End(Status status)
    {
        if (_end.TrySetResult(status))
        {
            _ = _stop.CancelAsync();
        }
    }

    /// <summary>Ends the call when everything that the feed has is written. Any thread.</summary>
    public void Finish(Status status)
    {
        if (_feed is null)
        {
            End(status);
        }

        _finish.TrySetResult(status);
        Wake();
    }

    private async Task<FeedGreeting> ReadHelloAsync()
    {
        var first = requests.MoveNext(_stop.Token);
        try
        {
            return await (first.IsCompleted ? first : first.WaitAsync(shared.Grpc.StartMessageTime, shared.Clock, CancellationToken.None))
                ? FeedGreeting.Of(requests.Current)
                : throw new InvalidMessageException("hello", "the connector half-closed the stream before it.");
        }
        catch (TimeoutException)
        {
            End(new Status(
                StatusCode.DeadlineExceeded,
                $"No hello within {shared.Grpc.StartMessageTime} ({GrpcOptions.Section}:{nameof(GrpcOptions.StartMessageTime)})."));
            await ((Task)first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            shared.BridgeMetrics.Reached(Limit.StartMessageTime);
            throw;
        }
    }

    private void Take(V1.FeedRequest request)
    {
        switch (request.KindCase)
        {
            case V1.FeedRequest.KindOneofCase.Input:
                _feed!.Take(this, request.Input);
                break;
            case V1.FeedRequest.KindOneofCase.Hello:
                throw new InvalidMessageException("hello", "a second one.");
            default:
                throw new InvalidMessageException("kind", "the message has no kind.");
        }
    }

    private async Task WriteAllAsync(V1.FeedWelcome welcome)
    {
        try
        {
            await WriteAsync(new V1.FeedResponse { Welcome = welcome });
            while (true)
            {
                // Looked at first: what the feed has when it finishes is still written.
                var finishes = _finish.Task.IsCompleted;
                var output = new V1.FeedOutput();
                while (_feed!.TryGive(this, output))
                {
                    Acknowledged = output.Acknowledged;
                    await WriteAsync(new V1.FeedResponse { Output = output });
                    output = new V1.FeedOutput();
                }

                if (finishes)
                {
                    End(await _finish.Task);
                    return;
                }

                await _news.Reader.WaitToReadAsync(_stop.Token);
                _news.Reader.TryRead(out _);
            }
        }
        catch (TimeoutException)
        {
            shared.BridgeMetrics.Reached(Limit.CallCloseTime);
            End(new Status(
                StatusCode.DeadlineExceeded,
                $"The connector did not read for {shared.Grpc.CloseTime} ({GrpcOptions.Section}:{nameof(GrpcOptions.CloseTime)})."));
        }
        catch (Exception)
        {
            // The call is over, or its connection broke.
            End(Left);
        }
    }

    private async Task WriteAsync(V1.FeedResponse response)
    {
        var write = responses.WriteAsync(response);
        if (write.IsCompleted || await Task.WhenAny(write, _finish.Task) == write)
        {
            await write;
            return;
        }

        // A feed that ends does not wait for ever for who does not read.
        await write.WaitAsync(shared.Grpc.CloseTime, shared.Clock);
    }

    /// <summary>Waits for what is still being written; a connector that does not take it in time has its call reset.</summary>
    private async Task CloseAsync(Task writing)
    {
        await writing.WaitAsync(shared.Grpc.CloseTime, shared.Clock).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!writing.IsCompleted)
        {
            shared.BridgeMetrics.Reached(Limit.CallCloseTime);
            context.GetHttpContext().Abort();
            await writing;
        }
    }

    private Status StatusOf(Exception error)
    {
        if (_end.Task.IsCompleted)
        {
            return Left;
        }

        if (error is FeedRefusedException refused)
        {
            return refused.Status;
        }

        if (DriverFault.StatusOf(error, shared.Grpc, shared.BridgeMetrics, nameof(V1.FeedRequest)) is { } fault)
        {
            return fault;
        }

        if (error is OperationCanceledException or IOException)
        {
            return Left;
        }

        Log.Failed(shared.Logger, error, name);
        return new Status(StatusCode.Internal, "The bridge failed.");
    }
}
