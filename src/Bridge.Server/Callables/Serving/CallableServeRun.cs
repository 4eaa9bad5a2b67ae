using System.Diagnostics.CodeAnalysis;
using Bridge.Protocol.V1;
using Bridge.Server.Workers.Serving;
using Google.Protobuf;

namespace Bridge.Server.Callables.Serving;

/// <summary>One call at a worker behind <c>Serve</c>: for its caller it is over at once when that has left, for the stream when the function has returned.</summary>
/// <param name="number">Its number on the stream.</param>
/// <param name="call">The call.</param>
/// <param name="shared">Limits and clock.</param>
/// <param name="left">Called once when its caller does not wait any more and the worker is to be told.</param>
/// <param name="stuck">Called when the function has not returned in time after that.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle; the timer is disposed when the function has returned.")]
internal sealed class CallableServeRun(
    ulong number, RoutedCall call, ServeContext shared, Action<CallableServeRun> left, Action<CallableServeRun> stuck)
    : IServedRun
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<CallEnding> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _watch;
    private ITimer? _patience;
    private bool _isOver;

    public ulong Number => number;

    public RoutedCall Call => call;

    /// <summary>How it ended, as soon as its caller need not wait any more.</summary>
    public Task<CallEnding> Ended => _ended.Task;

    /// <summary>Begins to hear of its caller. The call has been handed to the writer.</summary>
    public void Start() => _watch = call.Left.UnsafeRegister(static run => ((CallableServeRun)run!).OnLeft(), this);

    /// <summary>Takes an event; ends when the caller has taken it.</summary>
    /// <returns>Whether the function has returned.</returns>
    public async ValueTask<bool> TakeAsync(CallEvent callEvent)
    {
        var isLast = callEvent.KindCase != CallEvent.KindOneofCase.Item;
        await call.TryTakeAsync(callEvent.ToByteArray(), call.Left);
        if (isLast)
        {
            Finish(call.Answer is { } answer ? CallEnding.Answered(answer) : CallEnding.Left());
        }

        return isLast;
    }

    /// <summary>The stream is over, and the function with it.</summary>
    public void Lose(string reason) => Finish(CallEnding.Lost(reason));

    private void Finish(CallEnding ending)
    {
        lock (_gate)
        {
            _isOver = true;
            _patience?.Dispose();
        }

        _watch.Dispose();
        _returned.TrySetResult();
        _ended.TrySetResult(ending with { Returned = _returned.Task });
    }

    private void OnLeft()
    {
        lock (_gate)
        {
            if (_isOver || _patience is not null)
            {
                return;
            }

            _patience = shared.Clock.CreateTimer(static state => ((Action)state!)(), () => stuck(this), shared.Patience, Timeout.InfiniteTimeSpan);
        }

        left(this);
        _ended.TrySetResult(CallEnding.Left() with { Returned = _returned.Task });
    }
}
