using Asgiref.Core.Sync.Blocking;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Sync;

/// <summary>
/// Makes the blocking calls of a synchronous scope share one event loop and its thread, where each would otherwise get a
/// new one: what belongs to a loop, such as a client with its connections, works in all of them (ASTC-01, ASTC-06).
/// </summary>
/// <remarks>
/// <para><c>using var scope = AsyncSingleThreadContext.Enter();</c> Below a <see cref="SyncToAsync"/> call the loop of the
/// asynchronous code around it is used as ever (ASTC-05). Inside another scope it does nothing: the outermost counts.</para>
/// <para>The loop starts with the first call. The functions run on its thread, their thread-sensitive calls on the caller's.
/// Calls may be made from several threads that the scope has flowed to; the loop runs them side by side.</para>
/// </remarks>
public sealed class AsyncSingleThreadContext : IDisposable
{
    private readonly Lock _gate = new();
    private EventLoop? _loop;
    private bool _disposed;

    private AsyncSingleThreadContext()
    {
    }

    /// <summary>The scope's loop; null when the scope has ended.</summary>
    internal EventLoop? Loop
    {
        get
        {
            lock (_gate)
            {
                return _disposed ? null : _loop ??= EventLoop.Start();
            }
        }
    }

    /// <summary>Whether a call has needed the loop.</summary>
    internal bool HasLoop
    {
        get
        {
            lock (_gate)
            {
                return _loop is not null;
            }
        }
    }

    /// <summary>Enters a scope, until it is disposed in the same method.</summary>
    public static AsyncSingleThreadContext Enter()
    {
        var flow = SyncFlow.Current;
        var scope = new AsyncSingleThreadContext();
        if (flow.SingleThread is null)
        {
            // One that no flow is in gets no loop, and its end does nothing.
            SyncFlow.Current = flow with { SingleThread = scope };
        }

        return scope;
    }

    /// <summary>
    /// Ends the loop and blocks until it has ended, then leaves the scope (ASTC-07). What its code has left behind is cancelled
    /// and waited for, up to the loop's stop time-out. Later calls get a new loop each. May be called more than once.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called on the loop's own thread, which would wait for itself.</exception>
    public void Dispose()
    {
        EventLoop? loop;
        lock (_gate)
        {
            if (_loop is not null && _loop == EventLoop.Current)
            {
                throw new InvalidOperationException("Code on the loop of an AsyncSingleThreadContext can't end the context: the loop would wait for itself.");
            }

            loop = _loop;
            _disposed = true;
        }

        if (loop is not null)
        {
            BlockingWait.For(loop.DisposeAsync());
        }

        if (SyncFlow.Current.SingleThread == this)
        {
            SyncFlow.Current = SyncFlow.Current with { SingleThread = null };
        }
    }
}
