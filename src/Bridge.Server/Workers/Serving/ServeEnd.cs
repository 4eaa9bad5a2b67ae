using System.Diagnostics.CodeAnalysis;
using Grpc.Core;

namespace Bridge.Server.Workers.Serving;

/// <summary>The end of a call: the first reason counts, and ends every wait of the call. Safe for concurrent use.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle, and a late end may still come to it.")]
internal sealed class ServeEnd
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Status? _status;

    /// <summary>Fires at the end.</summary>
    public CancellationToken Token => _stop.Token;

    public bool IsSet
    {
        get
        {
            lock (_gate)
            {
                return _status is not null;
            }
        }
    }

    /// <summary>The status of the call, when there is one.</summary>
    public Status Status
    {
        get
        {
            lock (_gate)
            {
                return _status ?? Status.DefaultSuccess;
            }
        }
    }

    public void Set(Status status)
    {
        lock (_gate)
        {
            if (_status is not null)
            {
                return;
            }

            _status = status;
        }

        _ = _stop.CancelAsync();
    }
}
