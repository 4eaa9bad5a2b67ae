using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Callables.Incoming;

/// <content>How an asynchronous function runs: on the loop of the frame that waits for it, else on the pool.</content>
internal sealed partial class IncomingCall : IThreadPoolWorkItem
{
    private Func<IncomingCall, ValueTask<CallPayload>> _function = null!;

    /// <summary>Queues the function, or runs it on this thread of the pool. A loop that has ended passes it on to the pool.</summary>
    /// <param name="function">An asynchronous method, so that what it changes in the context stays its own.</param>
    public void Queue(Func<IncomingCall, ValueTask<CallPayload>> function)
    {
        _function = function;
        if (_flow.Loop is { IsRunning: true } loop)
        {
            loop.Post(static call => ((IncomingCall)call!).Execute(), this);
        }
        else if (_mayRunHere)
        {
            Execute();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    public void Execute() => EmptyContext.Run(static call => ((IncomingCall)call!).RunFunction(), this);

    private void RunFunction()
    {
        EnterContext();
        if (Token.IsCancellationRequested)
        {
            End(CallPayload.None, null, new OperationCanceledException(Token));
            return;
        }

        // Many end without having waited.
        var running = _function(this);
        if (running.IsCompletedSuccessfully)
        {
            End(running.Result, TakeChanges(), null);
        }
        else
        {
            _ = EndWithAsync(running);
        }
    }

    private async Task EndWithAsync(ValueTask<CallPayload> running)
    {
        var result = CallPayload.None;
        ContextBagDelta? changes = null;
        Exception? error = null;
        try
        {
            try
            {
                result = await running.ConfigureAwait(false);
            }
            finally
            {
                changes = TakeChanges();
            }
        }
        catch (Exception raised)
        {
            error = raised;
        }

        End(result, changes, error);
    }
}
