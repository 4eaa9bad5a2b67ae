using System.Diagnostics;

namespace Asgiref.Core.Local;

/// <summary>
/// Says which values the running code sees. They travel with the execution context in a holder that awaited code shares
/// with its caller, in both directions; a plain <see cref="AsyncLocal{T}"/> would drop what awaited code changes (MAP-01,
/// CTX-14). Who starts a task forks the holder; a thread that somebody starts by hand begins with none (LOCAL-14).
/// </summary>
/// <remarks>
/// A holder that is first made inside an awaited method does not reach that method's caller (MAP-04). So every entry of
/// the library calls <see cref="Use"/> or <see cref="Adopt"/> before it runs what it was given.
/// </remarks>
internal static class LocalFlow
{
    private static readonly AsyncLocal<LocalHolder?> Ambient = new(DropWhatThreadInherits);

    [ThreadStatic]
    private static bool IsThreadKnown;

    [ThreadStatic]
    private static bool IsSyncCall;

    /// <summary>The holder of the running flow; null while it has none.</summary>
    public static LocalHolder? Current => Ambient.Value;

    /// <summary>
    /// Whether the running code counts as synchronous for thread-critical values: it is a synchronous call of the library,
    /// or it runs on a thread that serves no asynchronous code. Pool threads and threads with a synchronization context
    /// serve it; they take the place of Python's "a loop is running in this thread".
    /// </summary>
    public static bool IsSync =>
        IsSyncCall || (!Thread.CurrentThread.IsThreadPoolThread && SynchronizationContext.Current is null);

    /// <summary>The holder of the running flow, made if there is none.</summary>
    public static LocalHolder Adopt() => Ambient.Value ??= new LocalHolder();

    /// <summary>
    /// A copy of the running flow's values, for a new task to <see cref="Use"/> first of all. Made with the task, because
    /// what its creator changes before it starts is not the task's (LOCAL-15).
    /// </summary>
    public static LocalHolder Copy() => Ambient.Value?.Clone() ?? new LocalHolder();

    /// <summary>Makes the values those of the running flow.</summary>
    public static void Use(LocalHolder values) => Ambient.Value = values;

    /// <summary>Gives the running flow a copy of its own.</summary>
    public static void Fork() => Use(Copy());

    /// <summary>Gives the running flow a holder without values. Called where nothing may leak in (TEST-03).</summary>
    public static void Clear() => Ambient.Value = new LocalHolder();

    /// <summary>
    /// Marks this thread as running a synchronous call, until the result is disposed on the same thread. Called around the
    /// function of a SyncToAsync, whichever thread runs it (LOCAL-09).
    /// </summary>
    public static SyncCall EnterSync()
    {
        var call = new SyncCall(IsSyncCall);
        IsSyncCall = true;
        return call;
    }

    /// <summary>
    /// A new thread runs in a copy of its maker's context (MAP-07). What tells it from a thread on which a flow goes on is
    /// that its first change of context happens before any code of its own runs.
    /// </summary>
    private static void DropWhatThreadInherits(AsyncLocalValueChangedArgs<LocalHolder?> change)
    {
        if (IsThreadKnown)
        {
            return;
        }

        IsThreadKnown = true;
        if (change.ThreadContextChanged && !Thread.CurrentThread.IsThreadPoolThread && IsThreadStarting())
        {
            Ambient.Value = null;
        }
    }

    /// <summary>
    /// Whether only the runtime's frames are on the stack. Asked once per thread that is not a pool thread: some
    /// microseconds, beside the cost of starting it. A runtime that shows other frames here makes threads inherit, as
    /// they do with any AsyncLocal; a test would say so.
    /// </summary>
    private static bool IsThreadStarting()
    {
        foreach (var frame in new StackTrace(skipFrames: 2, fNeedFileInfo: false).GetFrames())
        {
            if (DiagnosticMethodInfo.Create(frame)?.DeclaringTypeName is not { } type || !IsPartOfStart(type))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPartOfStart(string type) =>
        type.StartsWith("System.Threading.AsyncLocal`1", StringComparison.Ordinal) ||
        type is "System.Threading.ExecutionContext" or "System.Threading.Thread" or "System.Threading.Thread+StartHelper";

    /// <summary>The mark of <see cref="EnterSync"/>; disposing it puts back what was before.</summary>
    internal readonly ref struct SyncCall(bool outer)
    {
        public void Dispose() => IsSyncCall = outer;
    }
}
