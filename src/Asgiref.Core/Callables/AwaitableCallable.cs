using Asgiref.Core.Callables.Outgoing;

namespace Asgiref.Core.Callables;

/// <summary>A callable to be awaited, wherever it lives; made by <see cref="CallableRegistry.SyncToAsync"/>. Safe for concurrent use.</summary>
/// <typeparam name="TIn">Its argument.</typeparam>
/// <typeparam name="TOut">Its result.</typeparam>
public sealed class AwaitableCallable<TIn, TOut>
{
    private readonly CallableRegistry _registry;
    private readonly RemoteFunction<TIn, TOut> _function;

    internal AwaitableCallable(CallableRegistry registry, RemoteFunction<TIn, TOut> function)
    {
        _registry = registry;
        _function = function;
    }

    /// <summary>The callable's name.</summary>
    public string Name => _function.Name;

    /// <summary>Calls it; it is looked up at each call. <see cref="CallableRegistry"/> says what comes back.</summary>
    /// <param name="argument">Handed to the function.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public PendingCall<TOut> InvokeAsync(TIn argument, CancellationToken cancellationToken = default) =>
        new(_registry.Start(_function, argument, cancellationToken));

    /// <summary>As <see cref="Name"/>, for debuggers and messages.</summary>
    public override string ToString() => $"SyncToAsync({Name})";
}
