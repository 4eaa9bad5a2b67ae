using Asgiref.Core.Local;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>Starts asynchronous functions of this process.</summary>
internal static class LocalAsyncCall
{
    /// <summary>Calls a function at once, on this thread, with the given token and the ambient one as its ambient token.</summary>
    /// <param name="function">Gets both as one.</param>
    /// <param name="cancellationToken">The caller's.</param>
    /// <returns>Ends as the function does, also if it throws before it has a task.</returns>
    public static Task<T> Begin<T>(Func<CancellationToken, Task<T>> function, CancellationToken cancellationToken)
    {
        LocalFlow.Adopt();
        var token = CallToken.Join(cancellationToken);
        var around = AsgiCancellation.Token;
        Task<T> task;
        AsgiCancellation.Enter(token.Token);
        try
        {
            task = function(token.Token);
        }
        catch (OperationCanceledException error)
        {
            task = Task.FromCanceled<T>(error.CancellationToken.IsCancellationRequested ? error.CancellationToken : new CancellationToken(canceled: true));
        }
        catch (Exception error)
        {
            task = Task.FromException<T>(error);
        }
        finally
        {
            AsgiCancellation.Enter(around);
        }

        if (!token.IsAmbient)
        {
            task.ContinueWith(
                static (_, token) => ((CallToken)token!).Dispose(),
                token,
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        return task;
    }
}
