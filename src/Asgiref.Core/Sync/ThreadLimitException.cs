namespace Asgiref.Core.Sync;

/// <summary>No thread became free for the work: it waited out the queue time-out, or the queue was full. It never ran.</summary>
internal sealed class ThreadLimitException(string message) : Exception(message);
