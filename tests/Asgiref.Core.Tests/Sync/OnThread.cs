namespace Asgiref.Core.Tests.Sync;

/// <summary>Runs synchronous test code on a plain thread of its own, as a program's main thread would.</summary>
internal static class OnThread
{
    public static Task Run(Action action) => Run(() =>
    {
        action();
        return true;
    });

    /// <summary>Runs code on another thread while this one waits for it. What it throws comes here and does not end the process.</summary>
    public static void Aside(Action action) => Run(action).GetAwaiter().GetResult();

    public static Task<T> Run<T>(Func<T> function)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                done.SetResult(function());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        })
        { IsBackground = true }.Start();
        return done.Task.WithDeadline();
    }
}
