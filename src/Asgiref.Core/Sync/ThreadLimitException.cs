namespace Asgiref.Core.Sync;

/// <summary>
/// No thread became free for the work: it waited out the queue time-out, the queue was full, or the system gave no further
/// thread. It never ran.
/// </summary>
internal sealed class ThreadLimitException(string message, Exception? inner = null) : Exception(message, inner);
