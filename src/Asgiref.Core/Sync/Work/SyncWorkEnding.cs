using System.Diagnostics;
using System.Threading.Tasks.Sources;
using Asgiref.Core.Sync.Diagnostics;

namespace Asgiref.Core.Sync.Work;

/// <summary>The one end of a <see cref="SyncWork"/> and who waits for it: the first answer counts, later ones are dropped (CANC-01).</summary>
/// <remarks>A part of the work and not an object, because each call has one.</remarks>
internal struct SyncWorkEnding
{
    private ManualResetValueTaskSourceCore<bool> _source;
    private int _answered;

    public short Version => _source.Version;

    public bool IsCompleted => _source.GetStatus(_source.Version) != ValueTaskSourceStatus.Pending;

    /// <summary>Whether the caller has its answer, or is about to get it.</summary>
    public readonly bool IsAnswered => _answered != 0;

    /// <summary>Whether the caller has gone on without the function, so that nothing of it may come back.</summary>
    public bool IsLeft { get; private set; }

    /// <summary>Ends the call for its caller.</summary>
    /// <param name="error">What the caller gets, as the same object; null if the function returned.</param>
    /// <param name="isContested">Whether the caller may have left.</param>
    /// <param name="inPlace">
    /// Whether the caller may go on right here, as after <see cref="Task.Run(Action)"/>: only at the end of what a pool
    /// thread had to do.
    /// </param>
    public void Answer(Exception? error, bool isContested, bool inPlace = false)
    {
        if (!isContested || Interlocked.Exchange(ref _answered, 1) == 0)
        {
            End(error, inPlace);
        }
    }

    /// <summary>Ends the call for its caller while the function may still run.</summary>
    /// <param name="error">What the caller gets.</param>
    public void Leave(Exception error)
    {
        if (Interlocked.Exchange(ref _answered, 1) == 0)
        {
            IsLeft = true;
            SyncInstruments.CountCancelled();
            End(error, inPlace: false);
        }
    }

    public void OnCompleted(Action continuation, bool continueOnCapturedContext, bool flowExecutionContext)
    {
        var flags = (continueOnCapturedContext ? ValueTaskSourceOnCompletedFlags.UseSchedulingContext : 0) |
            (flowExecutionContext ? ValueTaskSourceOnCompletedFlags.FlowExecutionContext : 0);
        _source.OnCompleted(static continuation => ((Action)continuation!)(), continuation, _source.Version, flags);
    }

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public void ThrowIfPending(short version)
    {
        if (_source.GetStatus(version) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The call has not ended: await it.");
        }
    }

    /// <summary>Throws what the function threw.</summary>
    [StackTraceHidden]
    public void GetResult(short version) => _source.GetResult(version);

    private void End(Exception? error, bool inPlace)
    {
        _source.RunContinuationsAsynchronously = !inPlace;
        if (error is null)
        {
            _source.SetResult(true);
        }
        else
        {
            _source.SetException(error);
        }
    }
}
