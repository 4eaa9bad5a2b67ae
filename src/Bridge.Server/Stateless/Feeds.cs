using Bridge.Server.Grpc;
using Bridge.Server.Instances;
using Bridge.Server.Metrics;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Stateless;

/// <summary>All feeds of the bridge and the calls of their connectors. Safe for concurrent use.</summary>
internal sealed class Feeds(StatelessContext shared) : IOpenEndedDrivers
{
    private static readonly Status Stopping = new(StatusCode.Unavailable, "The bridge is stopping.");

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Feed> _byId = new(StringComparer.Ordinal);
    private readonly HashSet<FeedCall> _calls = [];
    private long _names;
    private bool _closed;
    private TaskCompletionSource? _noCalls;

    /// <summary>Serves one call to its end. Never throws for what the connector does.</summary>
    /// <returns>The status of the call.</returns>
    public async Task<Status> RunAsync(
        IAsyncStreamReader<V1.FeedRequest> requests, IServerStreamWriter<V1.FeedResponse> responses, ServerCallContext context)
    {
        var name = $"{shared.Node.ShortId}-feed-{Interlocked.Increment(ref _names)}";
        var call = new FeedCall(name, this, shared, requests, responses, context);
        lock (_gate)
        {
            if (_closed)
            {
                return Stopping;
            }

            _calls.Add(call);
        }

        try
        {
            return await call.RunAsync();
        }
        finally
        {
            lock (_gate)
            {
                _calls.Remove(call);
                if (_calls.Count == 0)
                {
                    _noCalls?.TrySetResult();
                }
            }
        }
    }

    /// <summary>Makes a call the one of its feed, which is begun if need be. Waits for a feed of this id that is ending.</summary>
    /// <exception cref="FeedRefusedException">The connector cannot go on, or begin, here.</exception>
    public async Task<V1.FeedWelcome> AttachAsync(FeedCall call, FeedGreeting greeting, CancellationToken cancellationToken)
    {
        while (true)
        {
            Feed? before;
            lock (_gate)
            {
                if (_closed)
                {
                    throw new FeedRefusedException(Stopping.StatusCode, Stopping.Detail);
                }

                before = _byId.GetValueOrDefault(greeting.FeedId);
                if (before is null)
                {
                    return Begin(call, greeting);
                }
            }

            if (!before.IsEnding)
            {
                if (greeting.Epoch == before.Epoch)
                {
                    if (before.TryAttach(call, greeting, isNew: false) is { } welcome)
                    {
                        return welcome;
                    }
                }
                else if (greeting.Epoch < before.Epoch)
                {
                    throw new FeedRefusedException(StatusCode.Aborted, "A connector with a higher epoch has the feed.");
                }
                else if (greeting.GoesOn)
                {
                    throw NothingToGoOnWith("The bridge has the feed with a lower epoch only");
                }
                else
                {
                    before.End(FeedEndKind.Replaced);
                }
            }

            await before.Ended.WaitAsync(cancellationToken);
            Forget(before);
        }
    }

    /// <summary>Refuses further calls, ends every feed, and waits until their connectors have heard the rest, within a bounded time.</summary>
    /// <returns>Whether there were any.</returns>
    public async Task<bool> StopAsync()
    {
        Feed[] open;
        FeedCall[] calls;
        Task noCalls;
        lock (_gate)
        {
            _closed = true;
            open = [.. _byId.Values];
            calls = [.. _calls];
            _noCalls ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            noCalls = calls.Length == 0 ? Task.CompletedTask : _noCalls.Task;
        }

        Log.Closing(shared.Logger, open.Length);
        foreach (var feed in open)
        {
            feed.End(FeedEndKind.Stopping);
        }

        await Task.WhenAll(open.Select(feed => feed.Ended));

        // Those that have not come as far as a feed.
        foreach (var call in calls)
        {
            call.Finish(Stopping);
        }

        await noCalls;
        return open.Length > 0 || calls.Length > 0;
    }

    /// <summary>Under the lock.</summary>
    private V1.FeedWelcome Begin(FeedCall call, FeedGreeting greeting)
    {
        if (greeting.GoesOn)
        {
            throw NothingToGoOnWith("The bridge does not have the feed");
        }

        if (!shared.Applications.TryFind(greeting.Application, out _))
        {
            throw new FeedRefusedException(StatusCode.NotFound, $"No application is named \"{StatusText.Quote(greeting.Application)}\".");
        }

        if (_byId.Count >= shared.Options.Feeds)
        {
            shared.BridgeMetrics.Reached(Limit.Feeds);
            throw new FeedRefusedException(
                StatusCode.ResourceExhausted, $"{_byId.Count} feeds are open ({StatelessOptions.Section}:{nameof(StatelessOptions.Feeds)}).");
        }

        var feed = new Feed(greeting, shared);
        var welcome = feed.TryAttach(call, greeting, isNew: true)!;
        _byId.Add(feed.Id, feed);
        shared.Metrics.Opened();
        _ = ForgetWhenEndedAsync(feed);
        return welcome;
    }

    private async Task ForgetWhenEndedAsync(Feed feed)
    {
        await feed.Ended;
        Forget(feed);
    }

    private void Forget(Feed feed)
    {
        lock (_gate)
        {
            if (_byId.GetValueOrDefault(feed.Id) != feed)
            {
                return;
            }

            _byId.Remove(feed.Id);
        }

        shared.Metrics.Ended();
    }

    private static FeedRefusedException NothingToGoOnWith(string fact) => new(
        StatusCode.FailedPrecondition, $"{fact}, so there is nothing to go on with. Begin again with a higher epoch and both numberings at 1.");
}
