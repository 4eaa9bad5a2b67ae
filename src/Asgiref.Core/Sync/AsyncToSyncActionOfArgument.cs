using System.Diagnostics;
using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Loops;

namespace Asgiref.Core.Sync;

/// <summary>An asynchronous function with an argument and without result made blocking; made by <see cref="AsyncToSync"/>. Safe for concurrent use.</summary>
/// <typeparam name="TArgument">Its argument.</typeparam>
public sealed class AsyncToSyncAction<TArgument> : WrappedCallable
{
    private readonly Func<TArgument, LoopCall> _call;

    internal AsyncToSyncAction(Delegate function, Func<TArgument, LoopCall> call, AsyncToSyncOptions? options)
        : base(function)
    {
        _call = call;
        Options = options ?? AsyncToSyncOptions.Default;
    }

    /// <summary>How it is called.</summary>
    public AsyncToSyncOptions Options { get; }

    /// <summary>Calls the function and blocks; the loop is looked up at each call (A2S-14).</summary>
    /// <param name="argument">Handed to the function.</param>
    /// <param name="cancellationToken">Fires the function's <see cref="AsgiCancellation.Token"/>.</param>
    /// <exception cref="InvalidOperationException">This thread runs an event loop; the function was not called.</exception>
    /// <exception cref="ThreadLimitException">There are too many event loops; the function was not called.</exception>
    [StackTraceHidden]
    public void Invoke(TArgument argument, CancellationToken cancellationToken = default) =>
        BlockingCall.Run(_call(argument), Options, cancellationToken);
}
