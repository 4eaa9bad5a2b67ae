using Asgiref.Core.Local;
using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync.Loops;

/// <summary>The beginning of a task that belongs to an <see cref="EventLoop"/>.</summary>
/// <typeparam name="T">What the function returns.</typeparam>
internal sealed class LoopTaskStart<T> : INamedCall
    where T : Task
{
    private readonly EventLoop _loop;
    private readonly TaskFunction<T> _function;
    private readonly CancellationTokenSource _cancellation;
    private readonly LocalHolder _values = LocalFlow.Copy();

    public LoopTaskStart(EventLoop loop, TaskFunction<T> function)
    {
        _loop = loop;
        _function = function;
        // Both the creator's cancellation and the loop's end reach the task.
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(AsgiCancellation.Token, loop.Operations.Lifetime);
        Task = new Task<T>(Start);
        loop.Operations.Start();
    }

    /// <summary>The start; the function's own task is inside.</summary>
    public Task<T> Task { get; }

    /// <inheritdoc/>
    public string FunctionName => _function.Name;

    /// <summary>To be called on the loop's thread.</summary>
    public void Run()
    {
        Task.RunSynchronously(_loop.Scheduler);
        if (!Task.IsCompletedSuccessfully)
        {
            Abandon();
            return;
        }

        Task.Result.ContinueWith(
            static (_, start) => ((LoopTaskStart<T>)start!).Abandon(),
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>Lets the loop go on without it.</summary>
    public void Abandon()
    {
        _cancellation.Dispose();
        _loop.Operations.End();
    }

    private T Start()
    {
        LocalFlow.Use(_values);
        SyncFlow.Current = SyncFlow.Current with { Loop = _loop };
        AsgiCancellation.Enter(_cancellation.Token);
        return _function.Call();
    }
}
