using Asgiref.Core.Callables;
using Bridge.Client.Workers;

namespace Bridge.Client.Callables;

/// <summary>
/// Calls functions of other processes through a bridge, for a program that serves nothing itself: it keeps a session with the
/// bridge, and dials again whenever that is lost. A program that others call too is a <see cref="BridgeWorker"/>. Safe for
/// concurrent use.
/// </summary>
/// <example>
/// <code>
/// await using var caller = await BridgeCaller.ConnectAsync();
/// var sum = await caller.Callables.CallAsync&lt;int[], int&gt;("add", [1, 2]);
/// </code>
/// </example>
/// <remarks>
/// While no session is up, calls wait for one (<see cref="BridgeCallerOptions.SessionWaitTime"/>). Calls that are under way
/// when a session is lost fail with one <see cref="CallLostException"/>: nobody knows how far they came, so they are not made
/// again. How often a limit was reached is told by the meter of <see cref="BridgeWorker"/>.
/// </remarks>
public sealed class BridgeCaller : IAsyncDisposable
{
    private readonly BridgeWorker _worker;

    /// <summary>Makes a caller; nothing is connected yet.</summary>
    /// <param name="options">How it reaches the bridge; copied. Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it, its value and the range.</exception>
    public BridgeCaller(BridgeCallerOptions? options = null)
    {
        options ??= new BridgeCallerOptions();
        _worker = new BridgeWorker(options.ToWorkerOptions());
        Callables = (options.Callables ?? new CallableRegistry().AddProtobuf()).UseDefault(Route);
        Callables.Host.Observer = _worker.CallObserver;
    }

    /// <summary>The functions, by name: those that it does not have itself are called through the bridge.</summary>
    public CallableRegistry Callables { get; }

    /// <summary>The way to the bridge, for <see cref="CallableRegistry.AddRemote"/> of other registries.</summary>
    public CallRoute Route => _worker.Route;

    /// <summary>Whether a session with the bridge is up.</summary>
    public bool IsConnected => _worker.IsReady;

    /// <summary>
    /// Ends when the caller has been disposed of. Fails with <see cref="WorkerException"/> when dialling again does not help:
    /// the bridge does not let it in, or speaks no common revision.
    /// </summary>
    public Task Completion => _worker.Completion;

    /// <summary>Makes a caller and connects it.</summary>
    /// <param name="options">How it reaches the bridge; copied. Null for the defaults.</param>
    /// <param name="cancellationToken">Gives up; the caller is disposed of then.</param>
    /// <exception cref="WorkerException">The bridge does not let it in. A bridge that is not there is waited for.</exception>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public static async Task<BridgeCaller> ConnectAsync(BridgeCallerOptions? options = null, CancellationToken cancellationToken = default)
    {
        var caller = new BridgeCaller(options);
        try
        {
            caller.Start();
            await caller.WaitUntilConnectedAsync(cancellationToken).ConfigureAwait(false);
            return caller;
        }
        catch
        {
            await caller.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Begins to connect; does not wait for it.</summary>
    /// <exception cref="InvalidOperationException">It has been started or disposed of before.</exception>
    public void Start() => _worker.Start();

    /// <summary>Waits until a session with the bridge is up; ends at once if one is.</summary>
    /// <param name="cancellationToken">Gives up this wait.</param>
    /// <exception cref="WorkerException">The caller has ended, or the bridge does not let it in.</exception>
    /// <exception cref="OperationCanceledException">The wait was given up.</exception>
    public Task WaitUntilConnectedAsync(CancellationToken cancellationToken = default) => _worker.WaitUntilReadyAsync(cancellationToken);

    /// <summary>Ends the sessions when the calls that are under way have ended, at the latest after <see cref="BridgeCallerOptions.CloseTime"/>.</summary>
    public async ValueTask DisposeAsync() => await _worker.DisposeAsync().ConfigureAwait(false);
}
