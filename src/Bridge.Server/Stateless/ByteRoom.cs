namespace Bridge.Server.Stateless;

/// <summary>
/// A bound on bytes that are held. What does not fit waits, first come first served; one that is larger than the bound
/// fits when nothing else is held. Safe for concurrent use.
/// </summary>
internal sealed class ByteRoom(long bound)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private long _held;

    /// <summary>Bytes that are held.</summary>
    public long Held => Volatile.Read(ref _held);

    /// <summary>Takes room if there is some and nobody waits for it.</summary>
    public bool TryTake(int bytes)
    {
        lock (_gate)
        {
            return _waiting.Count == 0 && TryTakeLocked(bytes);
        }
    }

    /// <summary>Takes room, waiting for it.</summary>
    /// <exception cref="OperationCanceledException">The wait was given up; nothing is taken.</exception>
    public async Task TakeAsync(int bytes, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(bytes);
        lock (_gate)
        {
            if (_waiting.Count == 0 && TryTakeLocked(bytes))
            {
                return;
            }

            _waiting.AddLast(waiter);
        }

        using (cancellationToken.UnsafeRegister(_ => GiveUp(waiter, cancellationToken), null))
        {
            await waiter.Task.ConfigureAwait(false);
        }
    }

    public void Release(int bytes)
    {
        lock (_gate)
        {
            _held -= bytes;
            Grant();
        }
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_waiting.Remove(waiter))
            {
                waiter.SetCanceled(cancellationToken);

                // What is behind it may be smaller.
                Grant();
            }
        }
    }

    private void Grant()
    {
        while (_waiting.First is { } first && TryTakeLocked(first.Value.Bytes))
        {
            _waiting.RemoveFirst();
            first.Value.SetResult();
        }
    }

    private bool TryTakeLocked(int bytes)
    {
        if (_held > 0 && _held + bytes > bound)
        {
            return false;
        }

        _held += bytes;
        return true;
    }

    private sealed class Waiter(int bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Bytes => bytes;
    }
}
