namespace Asgiref.Core.Sync.Diagnostics;

/// <summary>An executor with one thread, behind whose running call others may have to wait.</summary>
internal interface IBusyThread
{
    /// <summary>One of <see cref="ExecutorNames"/>.</summary>
    string Executor { get; }

    /// <summary>Tells who has the thread now. Takes the executor's lock; safe on any thread.</summary>
    /// <returns>
    /// False if nobody waits behind a running call; the executor then counts as not watched, and notifies again when
    /// somebody does.
    /// </returns>
    bool TryLook(out BusyThreadState state);

    /// <summary>Names the thread and who has it now, for messages. Takes the executor's lock; safe on any thread.</summary>
    /// <returns>Null if nothing runs there.</returns>
    string? DescribeHolder();
}
