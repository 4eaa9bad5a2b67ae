namespace Bridge.Protocol.Sessions;

/// <summary>
/// What waits for the next that an exchange receives. Everything but <see cref="EndHere"/> happens under the exchange's lock.
/// </summary>
internal abstract class ReceiveWaiter
{
    private bool _holds;
    private bool _isHeld;

    /// <summary>Whether it waits.</summary>
    public bool IsActive { get; private set; }

    /// <summary>What has come and is not told yet.</summary>
    protected Received Held { get; set; }

    public void Activate() => IsActive = true;

    public void Succeed(Received received)
    {
        IsActive = false;
        if (_holds)
        {
            Held = received;
            _isHeld = true;
        }
        else
        {
            End(received, here: false);
        }
    }

    /// <summary>A success from now on waits for <see cref="EndHere"/>.</summary>
    public void HoldEnd() => _holds = true;

    /// <summary>Ends that; true if there was one.</summary>
    public bool ReleaseEnd()
    {
        var isHeld = _isHeld;
        _holds = _isHeld = false;
        return isHeld;
    }

    /// <summary>Goes on with what waits for the receive, on this thread. Outside the exchange's lock.</summary>
    public void EndHere()
    {
        var received = Held;
        Held = default;
        End(received, here: true);
    }

    public void Fail(Exception error)
    {
        IsActive = false;
        EndWith(error);
    }

    /// <param name="received">What came.</param>
    /// <param name="here">Whether what waits goes on at once, on this thread; otherwise on the thread pool.</param>
    protected abstract void End(Received received, bool here);

    protected abstract void EndWith(Exception error);
}
