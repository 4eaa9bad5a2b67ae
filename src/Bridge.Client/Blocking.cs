namespace Bridge.Client;

/// <summary>
/// The blocking forms. An operation never runs on the thread that waits for it: it starts without that thread's
/// synchronisation context and goes on with pool threads, so the wait cannot be what it waits for. The pool adds threads
/// while its own threads are blocked here; code that already is asynchronous uses the other form.
/// </summary>
internal static class Blocking
{
    public static T Wait<T>(Func<Task<T>> operation)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return operation().GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }
}
