using System.Diagnostics;
using Bridge.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Bridge.Bench;

/// <summary>
/// Load on <c>StatelessService.Feed</c>: one connector, many scopes in turn, as many events under way as the window allows.
/// One operation is an event that has gone in and, from its application, out again.
/// </summary>
internal sealed class FeedLoad(GrpcChannel channel, int scopes)
{
    private const int Batch = 250;

    private readonly StatelessService.StatelessServiceClient _client = new(channel);
    private int _feeds;

    /// <summary>A message as the load sends it, for a peer that carries as many bytes.</summary>
    public static FeedRequest Sample { get; } = BatchOf(1_000_000, scopes: 1000, isFirst: false);

    /// <summary>How many events <see cref="Sample"/> has.</summary>
    public static int SampleEvents => Batch;

    public async Task<double> EventsAsync(TimeSpan time)
    {
        using var call = _client.Feed();
        await call.RequestStream.WriteAsync(new FeedRequest
        {
            Hello = new FeedHello { FeedId = $"bench-{Environment.ProcessId}-{++_feeds}", Application = "chatter", Epoch = 1 },
        });
        await call.ResponseStream.MoveNext(CancellationToken.None);
        var window = call.ResponseStream.Current.Welcome.WindowEvents;
        var progress = new Progress();
        var reading = ReadAsync(call.ResponseStream, progress);

        ulong sent = 0;
        for (; sent < (ulong)scopes; sent += Batch)
        {
            await SendAsync(call.RequestStream, progress, sent, window, reading, isFirst: true);
        }

        var (first, watch) = (progress.Answered, Stopwatch.StartNew());
        while (watch.Elapsed < time)
        {
            await SendAsync(call.RequestStream, progress, sent, window, reading, isFirst: false);
            sent += Batch;
        }

        await call.RequestStream.CompleteAsync();
        while (progress.Answered < sent && !reading.IsCompleted)
        {
            await progress.ChangedAsync(reading);
        }

        var rate = (progress.Answered - first) / watch.Elapsed.TotalSeconds;
        await reading;
        return progress.Answered == sent ? rate : throw new InvalidOperationException($"{sent} events, {progress.Answered} answers.");
    }

    /// <summary>Sends a batch when the window has room for it, and acknowledges what was answered.</summary>
    private async Task SendAsync(IAsyncStreamWriter<FeedRequest> requests, Progress progress, ulong sent, uint window, Task reading, bool isFirst)
    {
        while (sent + Batch - progress.Acknowledged > window)
        {
            await progress.ChangedAsync(reading);
            if (reading.IsCompleted)
            {
                await reading;
                throw new InvalidOperationException("The bridge ended the feed.");
            }
        }

        var message = BatchOf(sent, scopes, isFirst);
        message.Input.Acknowledged = progress.Received;
        await requests.WriteAsync(message);
    }

    private static FeedRequest BatchOf(ulong sent, int scopes, bool isFirst)
    {
        var input = new FeedInput();
        for (var i = 1ul; i <= Batch; i++)
        {
            var scope = $"scope-{(sent + i) % (ulong)scopes}";
            input.Events.Add(new FeedInputEvent
            {
                Seq = sent + i,
                ScopeId = scope,
                Scope = isFirst ? new Scope { Asgi = new AsgiVersions { Version = "3.0" }, Custom = new CustomScope { Type = "chat" } } : null,
                Event = new ReceiveEvent
                {
                    Custom = new CustomEvent { Type = "chat.message", Values = { ["text"] = new Value { TextValue = "twenty bytes of text" } } },
                },
            });
        }

        return new FeedRequest { Input = input };
    }

    private static async Task ReadAsync(IAsyncStreamReader<FeedResponse> responses, Progress progress)
    {
        while (await responses.MoveNext(CancellationToken.None))
        {
            var output = responses.Current.Output;
            ulong answers = 0;
            foreach (var item in output.Items)
            {
                answers += item.KindCase switch
                {
                    FeedOutputItem.KindOneofCase.Event => 1,
                    FeedOutputItem.KindOneofCase.Ended when item.Ended.Ending == FeedEnding.Stopping => 0ul,
                    _ => throw new InvalidOperationException($"A report in the middle of the load: {item}"),
                };
            }

            progress.Take(answers, output.Items.Count > 0 ? output.Items[^1].Seq : 0, output.Acknowledged);
        }
    }

    private sealed class Progress
    {
        private ulong _answered;
        private ulong _received;
        private ulong _acknowledged;
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ulong Answered => Volatile.Read(ref _answered);

        public ulong Received => Volatile.Read(ref _received);

        public ulong Acknowledged => Volatile.Read(ref _acknowledged);

        public void Take(ulong answers, ulong received, ulong acknowledged)
        {
            Volatile.Write(ref _answered, _answered + answers);
            Volatile.Write(ref _received, Math.Max(_received, received));
            Volatile.Write(ref _acknowledged, acknowledged);
            Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }

        /// <summary>Waits a moment for news, or for the end.</summary>
        public Task<Task> ChangedAsync(Task end) => Task.WhenAny(Volatile.Read(ref _changed).Task, end, Task.Delay(1));
    }
}
