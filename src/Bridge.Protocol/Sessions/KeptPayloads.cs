using Bridge.Protocol.V1;

namespace Bridge.Protocol.Sessions;

/// <summary>
/// What an opener has sent and not heard to be accepted: at most a window, because nothing of it is credited before.
/// Under the exchange's lock.
/// </summary>
internal sealed class KeptPayloads
{
    private List<RetainedPayload>? _payloads;
    private int _beforePending;

    /// <summary>Whether what is sent has to be kept.</summary>
    public bool IsOn { get; private set; } = true;

    public void Add(PayloadKind kind, ReadOnlyMemory<byte> data, bool more)
    {
        if (IsOn)
        {
            (_payloads ??= []).Add(new RetainedPayload(kind, data, more));
        }
    }

    /// <summary>A send begins to wait: what is added from now on is of it.</summary>
    public void MarkPending() => _beforePending = _payloads?.Count ?? 0;

    /// <summary>The send that waited has failed: nothing of it counts as sent.</summary>
    public void DropPending() => _payloads?.RemoveRange(_beforePending, _payloads.Count - _beforePending);

    /// <summary>Nothing has to be kept any more.</summary>
    public void Stop()
    {
        IsOn = false;
        _payloads = null;
    }

    public IReadOnlyList<RetainedPayload> Take()
    {
        var payloads = _payloads ?? [];
        _payloads = null;
        return payloads;
    }
}
