using System.Diagnostics.CodeAnalysis;

namespace Asgiref.Core.Server;

/// <summary>
/// Lets the calls of one direction of an instance through one at a time, in call order (GAP-13), with a bound on how
/// many may wait. Safe for concurrent use.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A semaphore without wait handle has nothing to dispose.")]
internal sealed class CallTurns(string name, int maxWaiting)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private int _calls;

    /// <summary>Waits for the turn; who got it must <see cref="Exit"/>.</summary>
    /// <exception cref="InvalidOperationException">As many calls as are allowed wait already.</exception>
    /// <exception cref="OperationCanceledException">The wait was given up.</exception>
    public async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _calls) > maxWaiting + 1L)
        {
            Interlocked.Decrement(ref _calls);
            throw new InvalidOperationException(
                $"{maxWaiting} calls of {name} wait already. Await each call, so that a slow peer can slow the application down.");
        }

        try
        {
            await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Interlocked.Decrement(ref _calls);
            throw;
        }
    }

    public void Exit()
    {
        Interlocked.Decrement(ref _calls);
        _turn.Release();
    }
}
