namespace CallWorker;

/// <summary>One function that a call came through, and where it ran.</summary>
/// <param name="Function">Its name, the process's before a dot.</param>
/// <param name="Thread">The managed id of its thread when it began; that of an asynchronous function says little.</param>
/// <param name="Text">What the function has to tell; null for nothing.</param>
/// <param name="Trace">The trace and the parent span of the activity that it saw, with a dash between; null for none.</param>
public sealed record Visit(string Function, int Thread, string? Text = null, string? Trace = null)
{
    /// <summary>The name of the process.</summary>
    public string Process => Function.Split('.')[0];
}
