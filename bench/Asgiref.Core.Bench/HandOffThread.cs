using System.Threading.Channels;

namespace Asgiref.Core.Bench;

/// <summary>
/// The bare peer of a thread-sensitive SyncToAsync: a channel and one dedicated thread, with nothing of a context, a
/// cancellation or a choice of executor.
/// </summary>
internal sealed class HandOffThread
{
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>(new UnboundedChannelOptions { SingleReader = true });

    public HandOffThread() => new Thread(Loop) { IsBackground = true }.Start();

    public Task<int> RunAsync(Func<int> function)
    {
        var call = new Call(function);
        _calls.Writer.TryWrite(call);
        return call.Task;
    }

    private void Loop()
    {
        while (_calls.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_calls.Reader.TryRead(out var call))
            {
                call.Run();
            }
        }
    }

    private sealed class Call(Func<int> function) : TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public void Run() => SetResult(function());
    }
}
