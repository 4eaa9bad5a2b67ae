using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Callables.Incoming;

/// <summary>A call of an asynchronous function from another process: begins on the loop of the frame that waits for it, else on the pool.</summary>
internal sealed class IncomingAsyncCall(IncomingCall call, Func<IncomingCall, Task<CallPayload>> function) : IThreadPoolWorkItem
{
    /// <summary>Queues the call, or runs it on this thread of the pool. A loop that has ended passes it on to the pool.</summary>
    public void Queue(EventLoop? loop, bool mayRunHere)
    {
        if (loop is { IsRunning: true })
        {
            loop.Post(static call => ((IncomingAsyncCall)call!).Execute(), this);
        }
        else if (mayRunHere)
        {
            Execute();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    public void Execute() => EmptyContext.Run(static call => _ = ((IncomingAsyncCall)call!).RunAsync(), this);

    private async Task RunAsync()
    {
        var result = CallPayload.None;
        ContextBagDelta? changes = null;
        Exception? error = null;
        call.EnterContext();
        try
        {
            call.Token.ThrowIfCancellationRequested();
            try
            {
                result = await function(call).ConfigureAwait(false);
            }
            finally
            {
                changes = call.TakeChanges();
            }
        }
        catch (Exception raised)
        {
            error = raised;
        }

        call.End(result, changes, error);
    }
}
