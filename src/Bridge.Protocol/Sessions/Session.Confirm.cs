namespace Bridge.Protocol.Sessions;

/// <content>Whether the peer has read what was said on exchange 0.</content>
internal sealed partial class Session
{
    private readonly Lock _confirmGate = new();
    private readonly List<(ulong Ping, TaskCompletionSource Read)> _confirmations = [];

    /// <summary>
    /// Ends when the peer has read every offer that was made before, and its refusals have been handed to
    /// <see cref="ISessionHandler.OfferRefused"/>. As long as the peer lives it does so soon.
    /// </summary>
    /// <exception cref="SessionEndedException">The session has ended before.</exception>
    public Task ConfirmAsync()
    {
        lock (_confirmGate)
        {
            if (Ending is { } ending)
            {
                var ended = Task.FromException(new SessionEndedException(Name, ending));
                _ = ended.Exception;
                return ended;
            }

            var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _confirmations.Add((Control.Ping(), read));
            return read.Task;
        }
    }

    private void Confirm(ulong pong)
    {
        lock (_confirmGate)
        {
            foreach (var (_, read) in _confirmations.Where(confirmation => confirmation.Ping <= pong))
            {
                read.SetResult();
            }

            _confirmations.RemoveAll(confirmation => confirmation.Ping <= pong);
        }
    }

    private void EndConfirmations(SessionEnding ending)
    {
        lock (_confirmGate)
        {
            foreach (var (_, read) in _confirmations)
            {
                read.SetException(new SessionEndedException(Name, ending));

                // Nobody need wait for it.
                _ = read.Task.Exception;
            }

            _confirmations.Clear();
        }
    }
}
