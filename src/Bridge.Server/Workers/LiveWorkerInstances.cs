namespace Bridge.Server.Workers;

/// <summary>
/// The instances that run on workers or wait for one, so that a stop finds everybody. An intrusive list, because every
/// request passes here twice. Safe for concurrent use.
/// </summary>
internal sealed class LiveWorkerInstances
{
    private readonly Lock _gate = new();
    private WorkerInstance? _first;
    private int _count;
    private TaskCompletionSource? _empty;
    private bool _closed;

    /// <returns>False: the bridge stops.</returns>
    public bool TryAdd(WorkerInstance instance)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            instance.Next = _first;
            if (_first is not null)
            {
                _first.Previous = instance;
            }

            _first = instance;
            _count++;
            return true;
        }
    }

    public void Remove(WorkerInstance instance)
    {
        lock (_gate)
        {
            if (instance.Previous is { } previous)
            {
                previous.Next = instance.Next;
            }
            else
            {
                _first = instance.Next;
            }

            if (instance.Next is { } next)
            {
                next.Previous = instance.Previous;
            }

            instance.Previous = instance.Next = null;
            if (--_count == 0)
            {
                _empty?.TrySetResult();
            }
        }
    }

    /// <summary>Lets nobody in any more.</summary>
    /// <returns>A task that ends when the last one has ended.</returns>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (_count == 0)
            {
                return Task.CompletedTask;
            }

            _empty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _empty.Task;
        }
    }

    public List<WorkerInstance> Snapshot()
    {
        lock (_gate)
        {
            var all = new List<WorkerInstance>(_count);
            for (var instance = _first; instance is not null; instance = instance.Next)
            {
                all.Add(instance);
            }

            return all;
        }
    }
}
