using Asgiref.Core.Sync;

namespace Asgiref.Core.Callables.Incoming;

/// <summary>The place of another process's thread-sensitive context; guarded by its table's lock.</summary>
internal sealed class ThreadContextPlace(Guid id, ThreadSensitiveContext context)
{
    public Guid Id => id;

    public ThreadSensitiveContext Context => context;

    /// <summary>How many calls run or wait in it.</summary>
    public int Calls { get; set; }

    /// <summary>Whether one of those that have left it was accepted.</summary>
    public bool HasRun { get; set; }

    /// <summary>When the last of them ended, as the clock's timestamp.</summary>
    public long IdleSince { get; set; }
}
