using System.Diagnostics.CodeAnalysis;
using Bridge.Protocol;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Stateless;

/// <summary>
/// One feed: its instances, and what its connector and they have for each other. It outlives the calls of its connector, of
/// which one at a time counts. Safe for concurrent use.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle; the timer is disposed at the end.")]
internal sealed partial class Feed
{
    private readonly StatelessContext _shared;
    private readonly Lock _gate = new();
    private readonly FeedInput _input;
    private readonly FeedOutbox _outbox;
    private readonly FeedServer _server;
    private readonly FeedIntake _intake;
    private readonly AcknowledgeWatch _watch;
    private readonly CancellationTokenSource _over = new();
    private FeedCall? _call;
    private ITimer? _resume;

    public Feed(FeedGreeting greeting, StatelessContext shared)
    {
        _shared = shared;
        Id = greeting.FeedId;
        Application = greeting.Application;
        Epoch = greeting.Epoch;
        _input = new FeedInput(shared.Options);
        _outbox = new FeedOutbox(shared.Options, shared.Metrics, shared.BridgeMetrics) { Changed = Wake };
        _server = new FeedServer(
            (instance, receive, send) => FeedInstance.RunAsync(instance, receive, send, Application, _outbox, _intake!, shared),
            _outbox,
            message => _intake!.Dropped(message),
            EndWord,
            shared);
        _intake = new FeedIntake(shared, _server, _outbox, _gate, _over.Token) { Changed = Wake };
        _watch = new AcknowledgeWatch(shared.Options.AcknowledgeTime, shared.Clock, OnAcknowledgeTime);
        _outbox.Watch = _watch;
    }

    public string Id { get; }

    public string Application { get; }

    public ulong Epoch { get; }

    /// <summary>Makes a call the one that counts; the one before is told so.</summary>
    /// <returns>The welcome; null when the feed is ending.</returns>
    /// <exception cref="FeedRefusedException">The connector cannot go on here.</exception>
    public V1.FeedWelcome? TryAttach(FeedCall call, FeedGreeting greeting, bool isNew)
    {
        FeedCall? before;
        V1.FeedWelcome welcome;
        lock (_gate)
        {
            if (_end != FeedEndKind.None)
            {
                return null;
            }

            CheckCursors(greeting);
            before = _call;
            _call = call;
            _resume?.Dispose();
            _resume = null;
            _outbox.TryAcknowledge(greeting.LastReceived);
            call.Begin(this, greeting.LastReceived, greeting.Acknowledged);
            welcome = new V1.FeedWelcome
            {
                Node = _shared.Node.Id,
                Resumed = !isNew,
                LastReceived = _intake.LastReceived,
                WindowEvents = (uint)_shared.Options.WindowEvents,
                EventBytes = (uint)_shared.Options.EventBytes,
                ScopeBytes = (uint)_shared.Options.ScopeBytes,
            };
        }

        _shared.Metrics.Attached(again: !isNew);
        _watch.Progressed(_outbox.IsFull);
        if (before is not null)
        {
            _shared.Metrics.Detached();
            before.End(new Status(StatusCode.Aborted, "Another call has taken the feed over."));
        }

        return welcome;
    }

    /// <summary>A call has ended; if it still counted, the feed waits for the next one.</summary>
    public void Detach(FeedCall call)
    {
        lock (_gate)
        {
            if (_call != call)
            {
                return;
            }

            _call = null;
            if (_end == FeedEndKind.None)
            {
                using var flow = ExecutionContext.SuppressFlow();
                _resume = _shared.Clock.CreateTimer(
                    static feed => ((Feed)feed!).OnResumeTime(), this, _shared.Options.ResumeTime, Timeout.InfiniteTimeSpan);
            }
        }

        _shared.Metrics.Detached();
        if (IsEnding)
        {
            Discard();
        }
    }

    /// <summary>Takes what a connector has sent, without waiting.</summary>
    /// <exception cref="InvalidMessageException">Something in it is wrong; what came before it is taken.</exception>
    /// <exception cref="LimitReachedException">It passes a limit; what came before it is taken.</exception>
    public void Take(FeedCall call, V1.FeedInput input)
    {
        if (!_outbox.TryAcknowledge(input.Acknowledged))
        {
            throw new InvalidMessageException("input.acknowledged", $"it is {input.Acknowledged}; {_outbox.Last} is the last number that was given.");
        }

        if (input.Events.Count == 0)
        {
            return;
        }

        var (taken, repeated) = (0, 0);
        try
        {
            lock (_gate)
            {
                // What is made here outlives the call, whose context is not theirs.
                using var flow = ExecutionContext.SuppressFlow();
                foreach (var message in input.Events)
                {
                    if (_call != call || _end != FeedEndKind.None)
                    {
                        return;
                    }

                    if (message.Seq <= _intake.LastReceived)
                    {
                        repeated++;
                        continue;
                    }

                    Take(message);
                    taken++;
                }
            }
        }
        finally
        {
            _shared.Metrics.Took(taken, repeated);
            call.Wake();
        }
    }

    /// <summary>Fills a message for the connector.</summary>
    /// <returns>Whether there is anything in it.</returns>
    public bool TryGive(FeedCall call, V1.FeedOutput output)
    {
        ulong acknowledged;
        lock (_gate)
        {
            if (_call != call)
            {
                return false;
            }

            acknowledged = _intake.Acknowledged;
        }

        call.Position = _outbox.Take(call.Position, output, FeedCall.ItemsPerMessage, FeedCall.BytesPerMessage);
        output.Acknowledged = acknowledged;
        return output.Items.Count > 0 || acknowledged != call.Acknowledged;
    }

    private void Take(V1.FeedInputEvent message)
    {
        var last = _intake.LastReceived;
        if (message.Seq != last + 1)
        {
            throw FeedInput.Wrong(message, "seq", $"it follows {last}; {last + 1} is missing.");
        }

        if (last + 1 - _intake.Acknowledged > (ulong)_shared.Options.WindowEvents)
        {
            throw new LimitReachedException(
                Limit.FeedWindowEvents,
                $"{_shared.Options.WindowEvents} events are without an acknowledgement ({StatelessOptions.Section}:{nameof(StatelessOptions.WindowEvents)}).");
        }

        _intake.Take(_input.EventOf(message), _input.ScopeOf(message));
    }

    private void CheckCursors(FeedGreeting greeting)
    {
        if (greeting.Application != Application)
        {
            throw new FeedRefusedException(
                StatusCode.InvalidArgument, $"hello.application: the feed is one of \"{StatusText.Quote(Application)}\".");
        }

        if (greeting.LastReceived > _outbox.Last || greeting.Acknowledged > _intake.Acknowledged)
        {
            throw new FeedRefusedException(StatusCode.InvalidArgument, "hello: it names numbers that this feed has never given.");
        }

        if (greeting.LastReceived < _outbox.Forgotten)
        {
            throw new FeedRefusedException(
                StatusCode.FailedPrecondition,
                $"Items up to {_outbox.Forgotten} were acknowledged and are gone; the connector has received {greeting.LastReceived}. Begin again with a higher epoch.");
        }
    }

    private void Wake() => Volatile.Read(ref _call)?.Wake();
}
