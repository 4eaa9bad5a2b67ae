namespace Bridge.Testing.Limits;

/// <summary>A call that may block its thread or never end its task, and is given up then.</summary>
public static class LimitedCall
{
    /// <summary>Ends as <paramref name="call"/> and its task do, or with a <see cref="TimeoutException"/> that has <paramref name="name"/> in it.</summary>
    /// <remarks>
    /// The thread has no synchronization context, so that nothing of a call that was given up holds one of xunit's few
    /// threads. It is a background thread: the process ends without it.
    /// </remarks>
    public static Task RunAsync(Func<Task?> call, TimeSpan limit, string name)
    {
        var started = new TaskCompletionSource<Task?>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                started.SetResult(call());
            }
            catch (Exception error)
            {
                started.SetException(error);
            }
        })
        { IsBackground = true, Name = name }.Start();
        return AllOfIt().WithDeadline(limit, name);

        async Task AllOfIt() => await (await started.Task.ConfigureAwait(false) ?? Task.CompletedTask).ConfigureAwait(false);
    }
}
