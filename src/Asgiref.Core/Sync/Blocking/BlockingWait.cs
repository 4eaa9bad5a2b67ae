using Asgiref.Core.Sync.Threads;

namespace Asgiref.Core.Sync.Blocking;

/// <summary>
/// Waits on the calling thread for asynchronous work. A wait that is already over costs nothing; otherwise this thread
/// blocks and is woken by the completion itself: no pool thread is used to pump or to wait.
/// </summary>
/// <remarks>
/// The wait is never given up half-way: pass a token to the awaited operation instead. Only threads that may block
/// call this (a <see cref="DedicatedThread"/>, or a thread of the user's own), never one that runs asynchronous code.
/// Exceptions come out as the very same object (EXC-02).
/// </remarks>
internal static class BlockingWait
{
    public static void For(ValueTask task)
    {
        var awaiter = task.ConfigureAwait(false).GetAwaiter();
        if (!awaiter.IsCompleted)
        {
            var signal = ThreadSignal.Rent();
            awaiter.UnsafeOnCompleted(signal.Setter);
            signal.WaitAndReturn();
        }

        awaiter.GetResult();
    }

    public static T For<T>(ValueTask<T> task)
    {
        var awaiter = task.ConfigureAwait(false).GetAwaiter();
        if (!awaiter.IsCompleted)
        {
            var signal = ThreadSignal.Rent();
            awaiter.UnsafeOnCompleted(signal.Setter);
            signal.WaitAndReturn();
        }

        return awaiter.GetResult();
    }
}
