namespace Bridge.Client.Workers;

/// <summary>A worker ended by an error, or did not become ready.</summary>
public sealed class WorkerException : Exception
{
    /// <summary>Creates the exception.</summary>
    public WorkerException(WorkerError error, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
    }

    /// <summary>What went wrong.</summary>
    public WorkerError Error { get; }
}
