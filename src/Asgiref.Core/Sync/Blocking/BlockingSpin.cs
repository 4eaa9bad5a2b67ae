namespace Asgiref.Core.Sync.Blocking;

/// <summary>
/// Lets a thread look for some microseconds before it blocks, because sleeping and being woken costs more than that: most
/// hand-offs to a thread, and most answers from it, come within a few.
/// </summary>
/// <remarks>
/// It first looks as often as it can, for about as long as a <see cref="SpinWait"/> spins before it yields, and then yields
/// the processor between the looks; where there is only one, at once. A SpinWait looks ever less often, a quarter of a
/// microsecond apart at last, and that much late it sees what has come: a blocking call took 590 ns with it and takes 425.
/// </remarks>
internal struct BlockingSpin
{
    private const int CloseLooks = 80;
    private const int Looks = 150;
    private static readonly int First = Environment.ProcessorCount == 1 ? CloseLooks : 0;
    private int _looks;

    /// <summary>Lets a moment pass.</summary>
    /// <returns>False if the thread has looked long enough.</returns>
    public bool TryAgain()
    {
        var look = First + _looks++;
        if (look < CloseLooks)
        {
            Thread.SpinWait(1);
        }
        else if (look < Looks)
        {
            Thread.Yield();
        }

        return look < Looks;
    }
}
