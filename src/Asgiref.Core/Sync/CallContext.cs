using Asgiref.Core.Local;

namespace Asgiref.Core.Sync;

/// <summary>
/// Context values kept apart from any flow: calls that are given the same one see each other's changes, and their callers
/// keep their own values (CTX-09, CTX-10). It is contextvars' Context.
/// </summary>
/// <remarks>Safe for concurrent use, but one call at a time may be in it: a second is an error, not a mixture (CTX-11).</remarks>
public sealed class CallContext
{
    private ExecutionContext _values;
    private int _entered;

    private CallContext(ExecutionContext values) => _values = values;

    /// <summary>A copy of the running code's context; later changes of either do not show in the other.</summary>
    public static CallContext Capture()
    {
        CallContext? copy = null;
        ExecutionContext.Run(
            CallerContext.Capture(),
            _ =>
            {
                LocalFlow.Fork();
                copy = new CallContext(ExecutionContext.Capture()!);
            },
            null);
        return copy!;
    }

    /// <summary>Runs a function on this thread, in this context.</summary>
    /// <param name="action">Sees and changes the values of this context only.</param>
    /// <exception cref="InvalidOperationException">Another call is in the context.</exception>
    public void Run(Action action)
    {
        ExecutionContext.Run(
            Enter(),
            _ =>
            {
                try
                {
                    action();
                }
                finally
                {
                    Leave(ExecutionContext.Capture());
                }
            },
            null);
    }

    /// <exception cref="InvalidOperationException">Another call is in the context.</exception>
    internal ExecutionContext Enter() => Interlocked.Exchange(ref _entered, 1) == 0
        ? _values
        : throw new InvalidOperationException("This CallContext is already entered by another call.");

    internal void Leave(ExecutionContext? changed)
    {
        _values = changed ?? _values;
        Volatile.Write(ref _entered, 0);
    }
}
