using System.Diagnostics;
using Asgiref.Core.Callables.Outgoing;

namespace Asgiref.Core.Callables;

/// <summary>A callable that blocks its caller, wherever it lives; made by <see cref="CallableRegistry.AsyncToSync"/>. Safe for concurrent use.</summary>
/// <typeparam name="TIn">Its argument.</typeparam>
/// <typeparam name="TOut">Its result.</typeparam>
public sealed class BlockingCallable<TIn, TOut>
{
    private readonly CallableRegistry _registry;
    private readonly RemoteFunction<TIn, TOut> _function;

    internal BlockingCallable(CallableRegistry registry, RemoteFunction<TIn, TOut> function)
    {
        _registry = registry;
        _function = function;
    }

    /// <summary>The callable's name.</summary>
    public string Name => _function.Name;

    /// <summary>Calls it and blocks; it is looked up at each call. <see cref="CallableRegistry"/> says what comes back.</summary>
    /// <param name="argument">Handed to the function.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="InvalidOperationException">This thread runs an event loop; nothing was called (A2S-09).</exception>
    [StackTraceHidden]
    public TOut Invoke(TIn argument, CancellationToken cancellationToken = default) => _registry.Block(_function, argument, cancellationToken);

    /// <summary>As <see cref="Name"/>, for debuggers and messages.</summary>
    public override string ToString() => $"AsyncToSync({Name})";
}
