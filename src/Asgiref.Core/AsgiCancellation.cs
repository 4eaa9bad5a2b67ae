namespace Asgiref.Core;

/// <summary>
/// The ambient cancellation of the running instance. It takes the place of asyncio's task cancellation (CANC-16):
/// code that waits for something other than <c>receive</c> or <c>send</c> passes this token on.
/// </summary>
/// <remarks>
/// The value flows with the execution context into everything that the application awaits or starts. Safe for concurrent
/// use from any thread: each flow has its own value.
/// </remarks>
public static class AsgiCancellation
{
    private static readonly AsyncLocal<CancellationToken> Ambient = new();

    /// <summary>
    /// Fires when the host stops waiting for the instance to end by itself: the grace period after a disconnect or
    /// the drain limit is over. <see cref="CancellationToken.None"/> outside an instance.
    /// </summary>
    public static CancellationToken Token => Ambient.Value;

    /// <summary>
    /// Sets the token for the running asynchronous flow; called by whoever starts an instance, inside the asynchronous method
    /// that starts it, so that the token ends with that method.
    /// </summary>
    public static void Enter(CancellationToken token)
    {
        // Setting makes a new context, also when it sets what is there.
        if (Ambient.Value != token)
        {
            Ambient.Value = token;
        }
    }

    /// <summary>
    /// Runs asynchronous code that the cancellation around it does not reach: asyncio's shield (CANC-07). Await the task
    /// with the outer token to stop waiting for it: <c>await AsgiCancellation.Shield(work).WaitAsync(token)</c>.
    /// </summary>
    /// <typeparam name="T">The kind of task that the function returns.</typeparam>
    /// <param name="function">Called at once, on the calling thread; <see cref="Token"/> is <see cref="CancellationToken.None"/> in it and in what it starts.</param>
    /// <returns>The function's own task. What the function throws before it has one comes out of this call.</returns>
    public static T Shield<T>(Func<T> function)
        where T : Task
    {
        var around = Ambient.Value;
        Ambient.Value = CancellationToken.None;
        try
        {
            return function();
        }
        finally
        {
            Ambient.Value = around;
        }
    }
}
