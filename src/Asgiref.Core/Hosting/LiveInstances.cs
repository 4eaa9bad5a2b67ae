namespace Asgiref.Core.Hosting;

/// <summary>
/// The running instances of a host: counts places, finds everybody for a stop, and tells when the last one has ended.
/// An intrusive list, because every request passes here twice. Safe for concurrent use.
/// </summary>
internal sealed class LiveInstances<T>(int places)
    where T : class, ILiveInstance<T>
{
    private readonly Lock _gate = new();
    private T? _first;
    private int _count;
    private TaskCompletionSource? _empty;
    private bool _closed;

    public int Places => places;

    public int Count => Volatile.Read(ref _count);

    /// <summary>What <see cref="TryAdd"/> would say now; without the lock, so only a hint.</summary>
    public Admission Look() =>
        Volatile.Read(ref _closed) ? Admission.Closed
        : Volatile.Read(ref _count) >= places ? Admission.Full
        : Admission.Admitted;

    public Admission TryAdd(T instance)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return Admission.Closed;
            }

            if (_count == places)
            {
                return Admission.Full;
            }

            instance.Next = _first;
            if (_first is not null)
            {
                _first.Previous = instance;
            }

            _first = instance;
            _count++;
            return Admission.Admitted;
        }
    }

    public void Remove(T instance)
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

    /// <summary>Admits nobody any more.</summary>
    /// <returns>A task that ends when the last instance has ended.</returns>
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

    /// <summary>Whether one of them is as the function says, which runs under the lock.</summary>
    public bool Any<TState>(Func<T, TState, bool> predicate, TState state)
    {
        lock (_gate)
        {
            for (var instance = _first; instance is not null; instance = instance.Next)
            {
                if (predicate(instance, state))
                {
                    return true;
                }
            }

            return false;
        }
    }

    public List<T> Snapshot()
    {
        lock (_gate)
        {
            var all = new List<T>(_count);
            for (var instance = _first; instance is not null; instance = instance.Next)
            {
                all.Add(instance);
            }

            return all;
        }
    }
}
