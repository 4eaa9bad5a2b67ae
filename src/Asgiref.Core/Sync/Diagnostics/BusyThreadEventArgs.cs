using System.Globalization;

namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>A call that keeps a thread while others wait for it.</summary>
public sealed class BusyThreadEventArgs : EventArgs
{
    internal BusyThreadEventArgs(string executor, in BusyThreadState state, TimeSpan held)
    {
        Executor = executor;
        ThreadId = state.ThreadId;
        FunctionName = state.FunctionName;
        Held = held;
        Waiting = state.Waiting;
    }

    /// <summary>
    /// Whose thread it is, as in <see cref="SyncDiagnostics.ExecutorTag"/>: <c>process_thread</c>, <c>context_thread</c>,
    /// <c>caller_thread</c> or <c>loop_thread</c>.
    /// </summary>
    public string Executor { get; }

    /// <summary>The <see cref="Environment.CurrentManagedThreadId"/> of the thread, by which a debugger or a dump finds its stack.</summary>
    public int ThreadId { get; }

    /// <summary>The type and name of the function that has the thread; on a loop, of the asynchronous method that it continues.</summary>
    public string FunctionName { get; }

    /// <summary>
    /// How long the function has had the thread at least: the time since the first call was seen waiting behind it. It may
    /// have begun earlier, when nobody waited.
    /// </summary>
    public TimeSpan Held { get; }

    /// <summary>How many calls wait; on a loop, how many callbacks. Cancelled ones are not counted.</summary>
    public int Waiting { get; }

    /// <summary>A sentence for logs.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{FunctionName} has kept the {Executor} (managed thread {ThreadId}) for {Held.TotalSeconds:0.###} s while {Waiting} wait for it.");
}
