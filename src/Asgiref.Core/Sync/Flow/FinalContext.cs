namespace Asgiref.Core.Sync.Flow;

/// <summary>The context values of an asynchronous method as they were at its end (CTX-08).</summary>
internal sealed class FinalContext
{
    private ExecutionContext? _start;

    /// <summary>Null if the method changed nothing.</summary>
    public ExecutionContext? Changed { get; private set; }

    /// <summary>To be called when the method begins, in its context.</summary>
    public void Begin() => _start = ExecutionContext.Capture();

    /// <summary>To be called when the method ends, in its context.</summary>
    public void End()
    {
        var end = ExecutionContext.Capture();
        Changed = ReferenceEquals(end, _start) ? null : end;
        _start = null;
    }

    /// <summary>Makes the changes the running method's own.</summary>
    public void BringBack()
    {
        if (Changed is { } changed)
        {
            Changed = null;
            CallerContext.BringBack(changed);
        }
    }
}
