namespace Asgiref.Core.Sync;

/// <summary>
/// A call needs a thread that one of its own ancestors occupies without pumping: it would wait for itself, and never ran
/// (DEAD-01). The message names both. It is the same for a call in this process and for one that another process refused.
/// </summary>
public sealed class SyncDeadlockException : InvalidOperationException
{
    internal SyncDeadlockException(string message)
        : base(message)
    {
    }
}
