using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Sync;

/// <summary>A <see cref="SyncCall{T}"/> with a decision on where its awaiter goes on.</summary>
/// <typeparam name="T">The function\'s result.</typeparam>
public readonly struct ConfiguredSyncCall<T>
{
    private readonly SyncWork<T> _work;
    private readonly bool _continueOnCapturedContext;

    internal ConfiguredSyncCall(SyncWork<T> work, bool continueOnCapturedContext)
    {
        _work = work;
        _continueOnCapturedContext = continueOnCapturedContext;
    }

    /// <summary>For <c>await</c>.</summary>
    public SyncCallAwaiter<T> GetAwaiter() => new(_work, _continueOnCapturedContext);
}
