using System.IO.Pipelines;

namespace Bridge.Server.Http;

/// <summary>
/// Knows whether the conversation has ended and whether a read of the body is under way, so that the end can wake it.
/// One reader at a time; <see cref="Close"/> and <see cref="CancelRead"/> may be called at any time from anywhere.
/// </summary>
internal sealed class ReceiveGate(PipeReader reader)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _closedSignal;
    private bool _closed;
    private bool _reading;

    public bool IsClosed
    {
        get
        {
            lock (_gate)
            {
                return _closed;
            }
        }
    }

    public bool IsReading
    {
        get
        {
            lock (_gate)
            {
                return _reading;
            }
        }
    }

    /// <summary>False when the conversation has ended.</summary>
    public bool TryBeginRead()
    {
        lock (_gate)
        {
            _reading = !_closed;
            return _reading;
        }
    }

    public void EndRead()
    {
        lock (_gate)
        {
            _reading = false;
        }
    }

    /// <summary>Ends the read that is under way, if one is; nothing that has arrived is lost by it.</summary>
    public void CancelRead()
    {
        lock (_gate)
        {
            if (!_reading)
            {
                return;
            }

            try
            {
                reader.CancelPendingRead();
            }
            catch (Exception)
            {
                // The platform's reader throws once its connection or stream is aborted; its read has ended by that.
            }
        }
    }

    public void Close()
    {
        TaskCompletionSource? signal;
        lock (_gate)
        {
            _closed = true;
            signal = _closedSignal;
        }

        CancelRead();
        signal?.TrySetResult();
    }

    public Task WaitForCloseAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return Task.CompletedTask;
            }

            _closedSignal ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _closedSignal.Task.WaitAsync(cancellationToken);
        }
    }
}
