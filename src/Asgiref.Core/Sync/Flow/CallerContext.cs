namespace Asgiref.Core.Sync.Flow;

/// <summary>Reads the context of code that calls into the library.</summary>
internal static class CallerContext
{
    /// <summary>
    /// The caller's values (CTX-01), also when it has suppressed their flow: suppression is meant for work that outlives
    /// the caller, and a call does not.
    /// </summary>
    public static ExecutionContext Capture()
    {
        if (ExecutionContext.Capture() is { } context)
        {
            return context;
        }

        ExecutionContext.RestoreFlow();
        try
        {
            return ExecutionContext.Capture()!;
        }
        finally
        {
            ExecutionContext.SuppressFlow();
        }
    }

    /// <summary>Makes the values the caller's own (CTX-02, CTX-07), unless it has suppressed their flow.</summary>
    public static void BringBack(ExecutionContext changed)
    {
        if (!ExecutionContext.IsFlowSuppressed())
        {
            ExecutionContext.Restore(changed);
        }
    }
}
