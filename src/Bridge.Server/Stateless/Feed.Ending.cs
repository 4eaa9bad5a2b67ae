using Bridge.Server.Metrics;
using Grpc.Core;

namespace Bridge.Server.Stateless;

/// <content>How a feed ends: which end counts, what its connector still hears, and what is dropped.</content>
internal sealed partial class Feed
{
    private readonly TaskCompletionSource _hurried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile FeedEndKind _end;

    public bool IsEnding => _end != FeedEndKind.None;

    /// <summary>Ends when no instance is left and nothing can come any more.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Ends the feed. The first end counts; a stop of the bridge hurries it.</summary>
    /// <param name="kind">Why.</param>
    /// <param name="by">The call that ends it, if one does: one that another has replaced ends nothing.</param>
    public void End(FeedEndKind kind, FeedCall? by = null)
    {
        if (kind == FeedEndKind.Stopping)
        {
            _hurried.TrySetResult();
        }

        FeedCall? call;
        lock (_gate)
        {
            if (_end != FeedEndKind.None || (by is not null && _call != by))
            {
                return;
            }

            _end = kind;
            _resume?.Dispose();
            call = _call;
        }

        if (kind == FeedEndKind.Replaced)
        {
            call?.End(new Status(StatusCode.Aborted, "A connector with a higher epoch has begun the feed again."));
        }

        if (call is null || kind is FeedEndKind.Gone or FeedEndKind.Replaced)
        {
            Discard();
        }
        else
        {
            _outbox.ForgetWhatIsTaken(call.Position);
        }

        _ = EndAsync(kind);
    }

    private async Task EndAsync(FeedEndKind kind)
    {
        if (kind == FeedEndKind.HalfClosed)
        {
            // What the connector has said before is still to be heard.
            Task allHanded;
            lock (_gate)
            {
                allHanded = _intake.WhenEmptyAsync();
            }

            await Task.WhenAny(allHanded, _hurried.Task);
        }

        await _server.StopAsync();
        await _over.CancelAsync();
        FeedCall? call;
        lock (_gate)
        {
            call = _call;
        }

        _watch.Progressed(isFull: false);
        Log.FeedEnded(_shared.Logger, Id, Application, kind.ToString());
        _ended.TrySetResult();
        call?.Finish(kind == FeedEndKind.HalfClosed
            ? Status.DefaultSuccess
            : new Status(StatusCode.Unavailable, "The bridge is stopping."));
    }

    private void Discard()
    {
        var left = _outbox.Discard();
        if (left > 0)
        {
            Log.ItemsDropped(_shared.Logger, Id, Application, left);
        }
    }

    private void OnResumeTime()
    {
        _shared.BridgeMetrics.Reached(Limit.FeedResumeTime);
        End(FeedEndKind.Gone);
    }

    private void OnAcknowledgeTime()
    {
        if (Volatile.Read(ref _call) is { } call)
        {
            _shared.BridgeMetrics.Reached(Limit.FeedAcknowledgeTime);
            call.End(new Status(
                StatusCode.DeadlineExceeded,
                $"Nothing was acknowledged for {_shared.Options.AcknowledgeTime} although items wait for it ({StatelessOptions.Section}:{nameof(StatelessOptions.AcknowledgeTime)})."));
        }
    }

    private string EndWord() => _end == FeedEndKind.Stopping ? "stopping" : "gone";
}
