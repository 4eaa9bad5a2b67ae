using System.Collections.Concurrent;

namespace Asgiref.Core.Bench;

/// <summary>
/// The bare peer of AsyncToSync: one loop thread with a blocking queue; the caller posts and blocks until it is woken. Of
/// the runtime's ways to do that this is the cheapest (<see cref="WaitBenchmarks"/>): both sides spin before they block.
/// </summary>
internal sealed class BareLoop
{
    private readonly BlockingCollection<Call> _calls = [];

    public BareLoop() => new Thread(Loop) { IsBackground = true }.Start();

    /// <summary>Runs the function on the loop's thread; one caller at a time may use a wake.</summary>
    public int Run(Func<Task<int>> function, ManualResetEventSlim wake)
    {
        var call = new Call(function, wake);
        wake.Reset();
        _calls.Add(call);
        wake.Wait();
        return call.Result;
    }

    private void Loop()
    {
        foreach (var call in _calls.GetConsumingEnumerable())
        {
            call.Run();
        }
    }

    private sealed class Call(Func<Task<int>> function, ManualResetEventSlim wake)
    {
        public int Result { get; private set; }

        public void Run()
        {
            var task = function();
            if (task.IsCompleted)
            {
                End(task);
            }
            else
            {
                task.ContinueWith(End, TaskContinuationOptions.ExecuteSynchronously);
            }
        }

        private void End(Task<int> task)
        {
            Result = task.GetAwaiter().GetResult();
            wake.Set();
        }
    }
}
