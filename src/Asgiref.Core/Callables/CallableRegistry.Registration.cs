using Asgiref.Core.Callables.Definitions;

namespace Asgiref.Core.Callables;

/// <content>How functions of this process are registered.</content>
public sealed partial class CallableRegistry
{
    /// <summary>Registers a synchronous function.</summary>
    /// <typeparam name="TIn">Its argument; a tuple or record for more than one.</typeparam>
    /// <typeparam name="TOut">Its result.</typeparam>
    /// <param name="name">1 to 128 characters; once in the registry.</param>
    /// <param name="function">Called on the thread that its flow and the settings ask for.</param>
    /// <param name="settings">Null for <see cref="CallableSettings.Default"/>.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">
    /// The name is out of range or registered already, the settings are wrong, or the function is asynchronous (SYNC-09).
    /// </exception>
    public CallableRegistry Add<TIn, TOut>(string name, Func<TIn, TOut> function, CallableSettings? settings = null) =>
        Register(name, new SyncFunction<TIn, TOut>(name, Synchronous(function), Valid(settings), _formats));

    /// <inheritdoc cref="Add{TIn, TOut}(string, Func{TIn, TOut}, CallableSettings?)"/>
    public CallableRegistry Add<TOut>(string name, Func<TOut> function, CallableSettings? settings = null)
    {
        Synchronous(function);
        return Register(name, new SyncFunction<NoValue, TOut>(name, _ => function(), Valid(settings), _formats));
    }

    /// <inheritdoc cref="Add{TIn, TOut}(string, Func{TIn, TOut}, CallableSettings?)"/>
    public CallableRegistry Add<TIn>(string name, Action<TIn> function, CallableSettings? settings = null)
    {
        Synchronous(function);
        return Register(name, new SyncFunction<TIn, NoValue>(name, WithResult, Valid(settings), _formats));

        NoValue WithResult(TIn argument)
        {
            function(argument);
            return default;
        }
    }

    /// <inheritdoc cref="Add{TIn, TOut}(string, Func{TIn, TOut}, CallableSettings?)"/>
    public CallableRegistry Add(string name, Action function, CallableSettings? settings = null)
    {
        Synchronous(function);
        return Register(name, new SyncFunction<NoValue, NoValue>(name, WithResult, Valid(settings), _formats));

        NoValue WithResult(NoValue argument)
        {
            function();
            return argument;
        }
    }

    /// <summary>Registers an asynchronous function.</summary>
    /// <typeparam name="TIn">Its argument; a tuple or record for more than one.</typeparam>
    /// <typeparam name="TOut">Its result.</typeparam>
    /// <param name="name">1 to 128 characters; once in the registry.</param>
    /// <param name="function">
    /// Called where asynchronous code runs: for this process's own code where that runs; for another process's on the event loop
    /// of the frame that waits for the call, or on the thread pool. Its token is its <see cref="AsgiCancellation.Token"/>.
    /// </param>
    /// <param name="settings">Null for <see cref="CallableSettings.Default"/>.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The name is out of range or registered already, or the settings are wrong.</exception>
    public CallableRegistry AddAsync<TIn, TOut>(string name, Func<TIn, CancellationToken, Task<TOut>> function, CallableSettings? settings = null) =>
        Register(name, new AsyncFunction<TIn, TOut>(name, NotNull(function), Valid(settings), _formats));

    /// <inheritdoc cref="AddAsync{TIn, TOut}(string, Func{TIn, CancellationToken, Task{TOut}}, CallableSettings?)"/>
    public CallableRegistry AddAsync<TIn, TOut>(string name, Func<TIn, Task<TOut>> function, CallableSettings? settings = null)
    {
        NotNull(function);
        return AddAsync<TIn, TOut>(name, (argument, _) => function(argument), settings);
    }

    /// <inheritdoc cref="AddAsync{TIn, TOut}(string, Func{TIn, CancellationToken, Task{TOut}}, CallableSettings?)"/>
    public CallableRegistry AddAsync<TOut>(string name, Func<CancellationToken, Task<TOut>> function, CallableSettings? settings = null)
    {
        NotNull(function);
        return AddAsync<NoValue, TOut>(name, (_, token) => function(token), settings);
    }

    /// <inheritdoc cref="AddAsync{TIn, TOut}(string, Func{TIn, CancellationToken, Task{TOut}}, CallableSettings?)"/>
    public CallableRegistry AddAsync<TOut>(string name, Func<Task<TOut>> function, CallableSettings? settings = null)
    {
        NotNull(function);
        return AddAsync<NoValue, TOut>(name, (_, _) => function(), settings);
    }

    /// <inheritdoc cref="AddAsync{TIn, TOut}(string, Func{TIn, CancellationToken, Task{TOut}}, CallableSettings?)"/>
    public CallableRegistry AddAsync<TIn>(string name, Func<TIn, CancellationToken, Task> function, CallableSettings? settings = null)
    {
        NotNull(function);
        return AddAsync<TIn, NoValue>(name, (argument, token) => NothingAsync(function(argument, token)), settings);
    }

    /// <inheritdoc cref="AddAsync{TIn, TOut}(string, Func{TIn, CancellationToken, Task{TOut}}, CallableSettings?)"/>
    public CallableRegistry AddAsync<TIn>(string name, Func<TIn, Task> function, CallableSettings? settings = null)
    {
        NotNull(function);
        return AddAsync<TIn, NoValue>(name, (argument, _) => NothingAsync(function(argument)), settings);
    }

    /// <inheritdoc cref="AddAsync{TIn, TOut}(string, Func{TIn, CancellationToken, Task{TOut}}, CallableSettings?)"/>
    public CallableRegistry AddAsync(string name, Func<CancellationToken, Task> function, CallableSettings? settings = null)
    {
        NotNull(function);
        return AddAsync<NoValue, NoValue>(name, (_, token) => NothingAsync(function(token)), settings);
    }

    /// <inheritdoc cref="AddAsync{TIn, TOut}(string, Func{TIn, CancellationToken, Task{TOut}}, CallableSettings?)"/>
    public CallableRegistry AddAsync(string name, Func<Task> function, CallableSettings? settings = null)
    {
        NotNull(function);
        return AddAsync<NoValue, NoValue>(name, (_, _) => NothingAsync(function()), settings);
    }

    /// <summary>Registers a function with many results.</summary>
    /// <typeparam name="TIn">Its argument; a tuple or record for more than one.</typeparam>
    /// <typeparam name="TItem">Each result.</typeparam>
    /// <param name="name">1 to 128 characters; once in the registry.</param>
    /// <param name="function">
    /// Called for each enumeration, where asynchronous code runs. Its token fires when the reader leaves, or the call's time has passed.
    /// </param>
    /// <param name="settings">Null for <see cref="CallableSettings.Default"/>.</param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentException">The name is out of range or registered already, or the settings are wrong.</exception>
    public CallableRegistry AddStream<TIn, TItem>(
        string name, Func<TIn, CancellationToken, IAsyncEnumerable<TItem>> function, CallableSettings? settings = null) =>
        Register(name, new StreamFunction<TIn, TItem>(name, NotNull(function), Valid(settings), _formats));

    /// <inheritdoc cref="AddStream{TIn, TItem}(string, Func{TIn, CancellationToken, IAsyncEnumerable{TItem}}, CallableSettings?)"/>
    public CallableRegistry AddStream<TItem>(
        string name, Func<CancellationToken, IAsyncEnumerable<TItem>> function, CallableSettings? settings = null)
    {
        NotNull(function);
        return AddStream<NoValue, TItem>(name, (_, token) => function(token), settings);
    }

    private static CallableSettings Valid(CallableSettings? settings) => (settings ?? CallableSettings.Default).Validated();

    private static T Synchronous<T>(T function)
        where T : Delegate => Sync.SyncToAsync.Synchronous(NotNull(function));

    private static T NotNull<T>(T function)
        where T : Delegate
    {
        ArgumentNullException.ThrowIfNull(function);
        return function;
    }

    private static async Task<NoValue> NothingAsync(Task? task)
    {
        await (task ?? throw new InvalidOperationException("The asynchronous function returned null instead of a task.")).ConfigureAwait(false);
        return default;
    }
}
