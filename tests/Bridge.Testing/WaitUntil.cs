using System.Runtime.CompilerServices;

namespace Bridge.Testing;

/// <summary>Waits for a state that gives no signal. Looks at it again and again, so a signal is better where there is one.</summary>
public static class WaitUntil
{
    /// <summary>Waits until a condition holds.</summary>
    /// <param name="condition">Called on any thread.</param>
    /// <param name="wait">Names the wait when it reaches the deadline.</param>
    public static Task HoldsAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string wait = "") =>
        HoldsAsync(condition, static () => { }, wait);

    /// <summary>
    /// Waits until the garbage collector has taken something. One collection is not enough: a thread that was its last
    /// user may still have it in a register, a finalizer may have to run first.
    /// </summary>
    /// <param name="isGone">Looks through a weak reference, in a method of its own that is not inlined.</param>
    /// <param name="wait">Names the wait when it reaches the deadline.</param>
    public static Task CollectedAsync(Func<bool> isGone, [CallerArgumentExpression(nameof(isGone))] string wait = "") =>
        HoldsAsync(
            isGone,
            static () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            },
            wait);

    private static async Task HoldsAsync(Func<bool> condition, Action beforeEachLook, string wait)
    {
        using var patience = new CancellationTokenSource(Deadline.Default);
        beforeEachLook();
        while (!condition())
        {
            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException($"Still waiting after {Deadline.Default} for: {wait}");
            }

            await Task.Delay(1);
            beforeEachLook();
        }
    }
}
