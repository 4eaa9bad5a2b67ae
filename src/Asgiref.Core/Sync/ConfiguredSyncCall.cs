using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Sync;

/// <summary>A <see cref="SyncCall"/> with a decision on where its awaiter goes on.</summary>
public readonly struct ConfiguredSyncCall
{
    private readonly SyncWork _work;
    private readonly bool _continueOnCapturedContext;

    internal ConfiguredSyncCall(SyncWork work, bool continueOnCapturedContext)
    {
        _work = work;
        _continueOnCapturedContext = continueOnCapturedContext;
    }

    /// <summary>For <c>await</c>.</summary>
    public SyncCallAwaiter GetAwaiter() => new(_work, _continueOnCapturedContext);
}
