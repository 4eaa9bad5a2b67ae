namespace Asgiref.Core.Sync;

/// <summary>
/// Work got no thread, or no place in the queue of one: the message names which, and the limit. It never ran and may be tried
/// again later; <see cref="SyncLimits"/> tells the limits and counts.
/// </summary>
public sealed class ThreadLimitException : Exception
{
    internal ThreadLimitException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
