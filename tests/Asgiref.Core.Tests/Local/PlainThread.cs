namespace Asgiref.Core.Tests.Local;

/// <summary>A thread that somebody starts by hand: it inherits the context, and no loop and no pool runs on it.</summary>
internal static class PlainThread
{
    public static async Task RunAsync(Action action)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                action();
                ended.SetResult();
            }
            catch (Exception error)
            {
                ended.SetException(error);
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        await ended.Task.WithDeadline();
        if (!thread.Join(Deadline.Default))
        {
            throw new TimeoutException("The thread does not end.");
        }
    }
}
