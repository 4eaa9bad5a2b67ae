using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Tests.Callables.Network;

/// <summary>One call between two simulated processes: what a session's exchange is between real ones.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle has nothing to dispose.")]
internal sealed class MemoryCall(CallRequest request, Func<CallPayload, ValueTask>? onItem) : IIncomingCall
{
    private readonly CancellationTokenSource _cancelled = new();

    // In place, as a session's reader would do it.
    private readonly TaskCompletionSource<CallOutcome> _outcome = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _watching;
    private int _accepted;
    private int _ends;

    public CallRequest Request => request;

    public bool HasCallerLeft => _cancelled.IsCancellationRequested;

    /// <summary>What the caller hears.</summary>
    public Task<CallOutcome> Outcome => _outcome.Task;

    /// <summary>The function has really returned.</summary>
    public Task Ended => _ended.Task;

    public bool WasAccepted => Volatile.Read(ref _accepted) != 0;

    public void WatchCaller(ICallerWatch? watch)
    {
        _watching.Dispose();
        _watching = watch is null ? default : _cancelled.Token.UnsafeRegister(static watch => ((ICallerWatch)watch!).CallerLeft(), watch);
    }

    public bool TryAccept()
    {
        Assert.Equal(0, Interlocked.Exchange(ref _accepted, 1));
        return !_cancelled.IsCancellationRequested;
    }

    public async ValueTask SendItemAsync(CallPayload item)
    {
        Assert.True(WasAccepted);
        _cancelled.Token.ThrowIfCancellationRequested();
        if (onItem is null)
        {
            Reset(new CallFailure(CallFailureKind.BadArgument, $"'{request.Callable}' is a stream."));
            throw new OperationCanceledException();
        }

        try
        {
            await onItem(item).AsTask().WaitAsync(_cancelled.Token);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _outcome.TrySetException(error);
            throw new OperationCanceledException();
        }
    }

    public Task EndAsync(CallOutcome outcome)
    {
        Assert.Equal(1, Interlocked.Increment(ref _ends));
        _outcome.TrySetResult(outcome);
        _ended.SetResult();
        return Task.CompletedTask;
    }

    public Task GiveUp(CallOutcome outcome)
    {
        Assert.Equal(0, Volatile.Read(ref _ends));
        _outcome.TrySetResult(outcome);
        return Task.CompletedTask;
    }

    /// <summary>The caller does not wait any more, or the connection is lost.</summary>
    public void Reset(CallFailure why)
    {
        _outcome.TrySetResult(CallOutcome.Failed(why));
        _cancelled.Cancel();
    }
}
