using System.Diagnostics;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Loops;

namespace Asgiref.Core.Sync;

/// <summary>An asynchronous function made blocking; made by <see cref="AsyncToSync"/>. Safe for concurrent use.</summary>
/// <typeparam name="TResult">Its result.</typeparam>
public sealed class AsyncToSync<TResult> : WrappedCallable
{
    private readonly Func<LoopCall> _call;

    internal AsyncToSync(Delegate function, Func<LoopCall> call, AsyncToSyncOptions? options)
        : base(function)
    {
        _call = call;
        Options = options ?? AsyncToSyncOptions.Default;
    }

    /// <summary>How it is called.</summary>
    public AsyncToSyncOptions Options { get; }

    /// <summary>Calls the function and blocks; the loop is looked up at each call (A2S-14).</summary>
    /// <param name="cancellationToken">Fires the function's <see cref="AsgiCancellation.Token"/>.</param>
    /// <exception cref="InvalidOperationException">This thread runs an event loop; the function was not called.</exception>
    /// <exception cref="ThreadLimitException">There are too many event loops; the function was not called.</exception>
    [StackTraceHidden]
    public TResult Invoke(CancellationToken cancellationToken = default) => BlockingCall.Run<TResult>(_call(), Options, cancellationToken);
}
