namespace Bridge.Protocol.Sessions;

/// <summary>
/// Is called with the first that an exchange receives, or with its end, once: for the opener of a call that has one answer,
/// and spares it an asynchronous method. Given to <see cref="Session.Open"/>.
/// </summary>
internal abstract class ReceiveCallback : ReceiveWaiter, IThreadPoolWorkItem
{
    /// <summary>The exchange; null as long as it is not open.</summary>
    protected Exchange? Exchange { get; private set; }

    /// <summary>Waits from now on.</summary>
    public void Await(Exchange exchange)
    {
        Exchange = exchange;
        Activate();
    }

    void IThreadPoolWorkItem.Execute() => OnReceived(Held);

    /// <summary>
    /// Has come. On the thread that reads the session, or on the pool: runs no code of an application, and waits for nothing.
    /// </summary>
    protected abstract void OnReceived(in Received received);

    protected sealed override void End(Received received, bool here)
    {
        if (here)
        {
            OnReceived(received);
        }
        else
        {
            Held = received;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Only a wait with a token fails, and this one has none.</summary>
    protected sealed override void EndWith(Exception error) => throw new InvalidOperationException("A callback is not cancelled.", error);
}
