using System.Diagnostics.CodeAnalysis;

namespace Asgiref.Core.Local;

/// <summary>
/// Where one Local keeps its state: in the holder of the flow or, if it is thread-critical and synchronous code runs, with
/// the thread. The storage itself is the key, so another Local never meets its data (LOCAL-04). Safe for concurrent use.
/// </summary>
/// <typeparam name="TState">Immutable; null stands for unset.</typeparam>
[SuppressMessage(
    "Design",
    "CA1001",
    Justification = "A Local lives as long as the field that holds it; a collected ThreadLocal frees its values by itself.")]
internal sealed class LocalStorage<TState>
    where TState : class
{
    private readonly ThreadLocal<TState?>? _ofThread;

    public LocalStorage(bool threadCritical)
    {
        if (threadCritical)
        {
            _ofThread = new ThreadLocal<TState?>();
        }
    }

    public bool IsThreadCritical => _ofThread is not null;

    /// <summary>The state that the running code sees.</summary>
    public TState? Read() =>
        _ofThread is not null && LocalFlow.IsSync ? _ofThread.Value : (TState?)LocalFlow.Current?.Get(this);

    /// <summary>Replaces the state by what the function makes of it, as one step; it may run several times.</summary>
    /// <returns>The state before.</returns>
    public TState? Update<TArgument>(Func<TState?, TArgument, TState?> change, TArgument argument)
    {
        if (_ofThread is null || !LocalFlow.IsSync)
        {
            return (TState?)LocalFlow.Adopt().Update(
                this, static (before, step) => step.change((TState?)before, step.argument), (change, argument));
        }

        var before = _ofThread.Value;
        _ofThread.Value = change(before, argument);
        return before;
    }
}
