namespace Asgiref.Core.Server;

/// <summary>One run of a server: the handler, a request to stop, and the order in which the two sides end.</summary>
/// <param name="handler">The server's handler; its token fires when no instance is left that could send.</param>
/// <param name="endInstances">Tells every instance to end and waits for them.</param>
/// <param name="options">The server's limits.</param>
/// <param name="serverName">The server in error texts.</param>
internal sealed class ServerRun(
    Func<CancellationToken, Task> handler, Func<Task> endInstances, StatelessServerOptions options, string serverName)
{
    private readonly TaskCompletionSource _stopRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Ended => _ended.Task;

    public void RequestStop() => _stopRequested.TrySetResult();

    /// <summary>Lets those go on who wait for the end.</summary>
    public void End() => _ended.TrySetResult();

    /// <summary>Runs until the handler has returned or a stop is requested, then ends the instances and the handler.</summary>
    /// <exception cref="TimeoutException">The handler did not return in time.</exception>
    public async Task RunAsync()
    {
        using var stopping = new CancellationTokenSource();
        var handling = CallHandlerAsync(stopping.Token);
        await Task.WhenAny(handling, _stopRequested.Task).ConfigureAwait(false);

        // The handler still runs: what instances send while they end has somewhere to go.
        await endInstances().ConfigureAwait(false);
        await stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            await handling.WaitAsync(options.StopTimeout, options.Clock, CancellationToken.None).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopRequested.Task.IsCompleted)
        {
            // How a handler usually obeys its token.
        }
        catch (TimeoutException) when (!handling.IsCompleted)
        {
            throw new TimeoutException($"{serverName}.HandleAsync did not return within {options.StopTimeout} (StopTimeout) of its token.");
        }
    }

    /// <summary>Makes an exception before the first await one of the task.</summary>
    private async Task CallHandlerAsync(CancellationToken stopping) => await handler(stopping).ConfigureAwait(false);
}
