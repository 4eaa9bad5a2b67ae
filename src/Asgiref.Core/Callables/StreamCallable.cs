using Asgiref.Core.Callables.Outgoing;

namespace Asgiref.Core.Callables;

/// <summary>A callable with many results, wherever it lives; made by <see cref="CallableRegistry.Stream"/>. Safe for concurrent use.</summary>
/// <typeparam name="TIn">Its argument.</typeparam>
/// <typeparam name="TItem">Each result.</typeparam>
public sealed class StreamCallable<TIn, TItem>
{
    private readonly CallableRegistry _registry;
    private readonly RemoteFunction<TIn, TItem> _function;

    internal StreamCallable(CallableRegistry registry, RemoteFunction<TIn, TItem> function)
    {
        _registry = registry;
        _function = function;
    }

    /// <summary>The callable's name.</summary>
    public string Name => _function.Name;

    /// <summary>
    /// Calls it when the result is enumerated, anew for each enumeration. The function makes the next item when the last one
    /// has been taken, a few ahead at most. Leaving the enumeration cancels it.
    /// </summary>
    /// <param name="argument">Handed to the function.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public IAsyncEnumerable<TItem> InvokeAsync(TIn argument, CancellationToken cancellationToken = default) =>
        _registry.Enumerate(_function, argument, cancellationToken);

    /// <summary>As <see cref="Name"/>, for debuggers and messages.</summary>
    public override string ToString() => $"Stream({Name})";
}
