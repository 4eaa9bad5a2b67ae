namespace Asgiref.Core.Sync;

/// <summary>
/// Lets a thread look for some microseconds before it blocks, because sleeping and being woken costs more than that: most
/// hand-offs to a thread, and most answers from it, come within a few. The same limit as in the runtime's SemaphoreSlim.
/// </summary>
/// <remarks>It yields the processor between the looks, at once where there is only one.</remarks>
internal struct BlockingSpin
{
    private const int Limit = 140;
    private SpinWait _spin;

    /// <summary>Lets a moment pass.</summary>
    /// <returns>False if the thread has looked long enough.</returns>
    public bool TryAgain()
    {
        if (_spin.Count >= Limit)
        {
            return false;
        }

        _spin.SpinOnce(sleep1Threshold: -1);
        return true;
    }
}
