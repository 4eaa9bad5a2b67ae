using System.Diagnostics;

namespace Asgiref.Core.Sync.Work;

/// <summary>A call that has a result.</summary>
internal abstract class SyncWork<TResult> : SyncWork
{
    protected TResult? Result { get; set; }

    [StackTraceHidden]
    public new TResult GetResult(short version)
    {
        base.GetResult(version);
        return Result!;
    }
}
