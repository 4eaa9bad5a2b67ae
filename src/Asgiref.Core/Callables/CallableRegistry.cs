using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Callables.Definitions;
using Asgiref.Core.Callables.Incoming;
using Asgiref.Core.Callables.Outgoing;
using Asgiref.Core.Callables.Payloads;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Flow;
using Asgiref.Core.Timeouts;
using Asgiref.Core.Values;

namespace Asgiref.Core.Callables;

/// <summary>
/// Functions by name, in this process and in others: <see cref="SyncToAsync{TIn, TOut}"/> and
/// <see cref="AsyncToSync{TIn, TOut}"/> give one to call, wherever it lives, and a program moves a function to another
/// process by changing how it is registered.
/// </summary>
/// <remarks>
/// <para>What asgiref promises inside a process holds between processes. A synchronous function runs on its one right thread:
/// a callback on the very thread that is blocked waiting for it, else on that of the caller's
/// <see cref="ThreadSensitiveContext"/>, else on its process's one thread for such calls. A call that would wait for itself
/// is refused at once. The values of the <see cref="Local.ContextBag"/> go along and come back; other context values go
/// along only inside a process.</para>
/// <para>A function of this process is called as by <see cref="Sync.SyncToAsync"/> and <see cref="Sync.AsyncToSync"/>: nothing
/// is encoded, and it throws its own exceptions. For one elsewhere a call ends with <see cref="RemoteCallException"/> if the
/// function raised; <see cref="CallRefusedException"/> if no code of it ran; <see cref="CallLostException"/> if nobody knows;
/// <see cref="CallTimeoutException"/>; <see cref="CallArgumentException"/> if the argument or result can't be written or read;
/// <see cref="SyncDeadlockException"/>; or <see cref="OperationCanceledException"/>, at once: a function that ignores its
/// <see cref="AsgiCancellation.Token"/> holds nobody, except one that was called back onto the blocked thread itself.</para>
/// <para>Values cross as JSON, <c>byte[]</c> and <c>ReadOnlyMemory&lt;byte&gt;</c> as they are. Everything here is safe for
/// concurrent use.</para>
/// </remarks>
public sealed partial class CallableRegistry
{
    private readonly ConcurrentDictionary<string, object> _callables = new(StringComparer.Ordinal);
    private readonly PayloadFormats _formats;
    private CallRoute? _default;

    /// <summary>Makes a registry without callables.</summary>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public CallableRegistry(CallableOptions? options = null)
    {
        Options = (options ?? new CallableOptions()).Validated();
        _formats = new PayloadFormats(Options.Json);
        Deadlines = new Deadlines(Options.TimeProvider);
        Host = new CallableHost(this, Calls);
    }

    /// <summary>The limits.</summary>
    public CallableOptions Options { get; }

    /// <summary>What other processes may call here.</summary>
    public IReadOnlyList<CallableDescription> Callables => [.. _callables.Values.OfType<Callable>().Select(static callable => callable.Description)];

    /// <summary>
    /// Tells of every function of this process that is registered from now on, on the thread that registers it. What listens
    /// is quick and does not throw.
    /// </summary>
    internal event Action<CallableDescription>? Registered;

    /// <summary>The calls into other processes that have not ended.</summary>
    internal CallTable Calls { get; } = new();

    /// <summary>Watches the time of those calls, and of those from other processes.</summary>
    internal Deadlines Deadlines { get; }

    /// <summary>Runs the callables for other processes.</summary>
    internal CallableHost Host { get; }

    /// <summary>Names a function that lives elsewhere.</summary>
    /// <param name="name">Its name there, 1 to 128 characters.</param>
    /// <param name="route">The way there.</param>
    /// <exception cref="ArgumentException">The name is out of range, or registered already.</exception>
    public CallableRegistry AddRemote(string name, CallRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        return Register(name, route);
    }

    /// <summary>Says where all functions live that are not registered here; null for nowhere, as at first.</summary>
    /// <param name="route">The way there.</param>
    public CallableRegistry UseDefault(CallRoute? route)
    {
        Volatile.Write(ref _default, route);
        return this;
    }

    /// <summary>A function to be awaited. It is meant for synchronous functions, and does for asynchronous ones as well.</summary>
    /// <typeparam name="TIn">Its argument; a tuple or record for more than one, <see cref="NoValue"/> for none.</typeparam>
    /// <typeparam name="TOut">Its result; <see cref="NoValue"/> for none.</typeparam>
    /// <param name="name">Its name. It is looked up at each call.</param>
    /// <param name="callTime">How long a call into another process may take; null for <see cref="CallableOptions.CallTime"/>.</param>
    /// <exception cref="ArgumentException">The name or the time is out of range.</exception>
    public AwaitableCallable<TIn, TOut> SyncToAsync<TIn, TOut>(string name, TimeSpan? callTime = null) =>
        new(this, Function<TIn, TOut>(name, callTime));

    /// <summary>A function that blocks its caller. It is meant for asynchronous functions, and does for synchronous ones as well.</summary>
    /// <inheritdoc cref="SyncToAsync{TIn, TOut}(string, TimeSpan?)"/>
    public BlockingCallable<TIn, TOut> AsyncToSync<TIn, TOut>(string name, TimeSpan? callTime = null) =>
        new(this, Function<TIn, TOut>(name, callTime));

    /// <summary>A function with many results.</summary>
    /// <typeparam name="TIn">Its argument; a tuple or record for more than one, <see cref="NoValue"/> for none.</typeparam>
    /// <typeparam name="TItem">Each result.</typeparam>
    /// <inheritdoc cref="SyncToAsync{TIn, TOut}(string, TimeSpan?)"/>
    public StreamCallable<TIn, TItem> Stream<TIn, TItem>(string name, TimeSpan? callTime = null) =>
        new(this, Function<TIn, TItem>(name, callTime));

    /// <summary>Calls a function once, for code that awaits.</summary>
    /// <typeparam name="TIn">Its argument.</typeparam>
    /// <typeparam name="TOut">Its result.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="argument">Handed to it.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public PendingCall<TOut> CallAsync<TIn, TOut>(string name, TIn argument, CancellationToken cancellationToken = default) =>
        SyncToAsync<TIn, TOut>(name).InvokeAsync(argument, cancellationToken);

    /// <summary>Calls a function once, and blocks.</summary>
    /// <inheritdoc cref="CallAsync{TIn, TOut}(string, TIn, CancellationToken)"/>
    /// <exception cref="InvalidOperationException">This thread runs an event loop; nothing was called (A2S-09).</exception>
    [StackTraceHidden]
    public TOut Call<TIn, TOut>(string name, TIn argument, CancellationToken cancellationToken = default) =>
        AsyncToSync<TIn, TOut>(name).Invoke(argument, cancellationToken);

    /// <summary>Adds a way to write values of some types, for what is registered and resolved from now on.</summary>
    internal void AddFormat(IPayloadFormat format) => _formats.Add(format);

    /// <summary>The function of this process with the name; null if there is none.</summary>
    internal Callable? FindLocal(string name) => _callables.GetValueOrDefault(name) as Callable;

    /// <summary>Starts a call that is awaited. What fails comes with the await, except what <see cref="Sync.SyncToAsync"/> refuses at once.</summary>
    internal IAwaitedCall<TOut> Start<TIn, TOut>(RemoteFunction<TIn, TOut> function, TIn argument, CancellationToken cancellationToken)
    {
        if (TryFind(function.Name, out var transport, out var local))
        {
            Local.LocalFlow.Adopt();
            var call = new AwaitedRemoteCall<TOut>(this, function.Name, function.Output);
            call.Start(transport, function.Input, argument, function.CallTime, SyncFlow.Current, CallToken.Join(cancellationToken));
            return call;
        }

        return local is CallableFunction<TIn, TOut> found
            ? found.Start(argument, cancellationToken)
            : new LocalAsyncCall<TOut>(Task.FromException<TOut>(Unfit<TIn, TOut>(function.Name, local)));
    }

    /// <summary>Makes a call that blocks.</summary>
    [StackTraceHidden]
    internal TOut Block<TIn, TOut>(RemoteFunction<TIn, TOut> function, TIn argument, CancellationToken cancellationToken)
    {
        if (TryFind(function.Name, out var transport, out var local))
        {
            return BlockingRemoteCall.Run(this, function, transport, argument, cancellationToken);
        }

        return local is CallableFunction<TIn, TOut> found
            ? found.Block(argument, cancellationToken)
            : throw Unfit<TIn, TOut>(function.Name, local);
    }

    /// <summary>Prepares a call whose items are enumerated.</summary>
    internal IAsyncEnumerable<TItem> Enumerate<TIn, TItem>(RemoteFunction<TIn, TItem> function, TIn argument, CancellationToken cancellationToken)
    {
        // What the function changes is to reach the reader, whatever enumerates for it (MAP-04).
        Local.LocalFlow.Adopt();
        if (TryFind(function.Name, out var transport, out var local))
        {
            return new RemoteStreamSource<TIn, TItem>(this, function, transport, argument, cancellationToken);
        }

        return local is StreamFunction<TIn, TItem> found
            ? found.InvokeAsync(argument, cancellationToken)
            : throw Unfit<TIn, TItem>(function.Name, local);
    }

    private static void ThrowIfNoName(string name)
    {
        AsgiText.ThrowIfNotUnicode(name, nameof(name));
        if (name.Length is 0 or > 128)
        {
            throw new ArgumentException($"The name of a callable has 1 to 128 characters; this one has {name.Length}.", nameof(name));
        }
    }

    private static Exception Unfit<TIn, TOut>(string name, Callable? local) => local is null
        ? new CallRefusedException(name, CallRefusal.NotFound, $"There is no callable '{name}' here, and no route to others.")
        : new CallArgumentException(
            name, $"'{name}' is {local.Kind} and {local.Signature}; it was called with {typeof(TIn)} for {typeof(TOut)}.");

    private RemoteFunction<TIn, TOut> Function<TIn, TOut>(string name, TimeSpan? callTime)
    {
        ThrowIfNoName(name);
        if (callTime is { } time)
        {
            CallableOptions.ThrowIfNoCallTime(time, nameof(callTime));
        }

        return new RemoteFunction<TIn, TOut>(name, _formats.Find<TIn>(), _formats.Find<TOut>(), callTime);
    }

    /// <returns>Whether the function is called elsewhere; otherwise it is the local one, if there is one.</returns>
    private bool TryFind(string name, [NotNullWhen(true)] out ICallTransport? transport, out Callable? local)
    {
        var found = _callables.GetValueOrDefault(name);
        local = found as Callable;
        transport = local is null ? ((found as CallRoute) ?? Volatile.Read(ref _default))?.Transport : null;
        return transport is not null;
    }

    private CallableRegistry Register(string name, object callable)
    {
        ThrowIfNoName(name);
        if (!_callables.TryAdd(name, callable))
        {
            throw new ArgumentException($"A callable '{name}' is registered already.", nameof(name));
        }

        if (callable is Callable local)
        {
            Registered?.Invoke(local.Description);
        }

        return this;
    }
}
