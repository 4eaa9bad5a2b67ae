using System.Collections.Immutable;

namespace Asgiref.Core.Local;

/// <summary>
/// Named values that follow the running code through <c>SyncToAsync</c> and <c>AsyncToSync</c> in both directions: asgiref's
/// <c>Local</c>. For one value of a known type use <see cref="Local{T}"/>.
/// </summary>
/// <remarks>
/// <para>Code that is awaited directly shares its caller's values: each sees what the other sets or removes (CTX-14). A
/// task of the library gets a copy (LOCAL-15). A thread that is started by hand begins empty (LOCAL-14). A bare
/// <see cref="Task.Run(Action)"/> shares, because the runtime does not tell it from awaited code. A value that is first
/// set inside an awaited method reaches the caller only if the flow was begun by the library (a call, a task, an
/// instance) or has used any Local before.</para>
/// <para>The values belong to the flow and are freed with it. Make a Local once and keep it, as a static field. Safe for
/// concurrent use (LOCAL-20); a set never changes what another task sees (LOCAL-21).</para>
/// </remarks>
public sealed class Local
{
    private static readonly ImmutableDictionary<string, object?> Empty =
        ImmutableDictionary.Create<string, object?>(StringComparer.Ordinal, ReferenceEqualityComparer.Instance);

    private readonly LocalStorage<ImmutableDictionary<string, object?>> _storage;

    /// <summary>Creates a Local without values.</summary>
    /// <param name="name">Its name in error texts (LOCAL-23); "Local" if it is null.</param>
    /// <param name="threadCritical">
    /// True keeps the values of synchronous code with its thread, for objects that only one thread may touch: they do not
    /// cross between sync and async code (LOCAL-09, LOCAL-10). Code on a pool thread or under a synchronization context
    /// counts as asynchronous, except inside a <c>SyncToAsync</c>.
    /// </param>
    public Local(string? name = null, bool threadCritical = false)
    {
        Name = name ?? nameof(Local);
        _storage = new LocalStorage<ImmutableDictionary<string, object?>>(threadCritical);
    }

    /// <summary>The name in error texts.</summary>
    public string Name { get; }

    /// <summary>Whether values stay with their thread in synchronous code.</summary>
    public bool IsThreadCritical => _storage.IsThreadCritical;

    /// <summary>The value of a name; null is a value.</summary>
    /// <exception cref="KeyNotFoundException">On get: the name is unset here; the text names the Local and the name.</exception>
    public object? this[string name]
    {
        get => TryGet(name, out var value) ? value : throw Unset(name);
        set => Set(name, value);
    }

    /// <summary>Reads a value.</summary>
    /// <returns>False if the name is unset here.</returns>
    public bool TryGet(string name, out object? value)
    {
        value = null;
        return _storage.Read() is { } values && values.TryGetValue(name, out value);
    }

    /// <summary>Sets a value.</summary>
    public void Set(string name, object? value)
    {
        ArgumentNullException.ThrowIfNull(name);
        _storage.Update(static (values, entry) => (values ?? Empty).SetItem(entry.name, entry.value), (name, value));
    }

    /// <summary>Makes a name unset again.</summary>
    /// <exception cref="KeyNotFoundException">It is unset already (LOCAL-19).</exception>
    public void Remove(string name)
    {
        if (!TryRemove(name))
        {
            throw Unset(name);
        }
    }

    /// <summary>Makes a name unset again, if it is set.</summary>
    /// <returns>False if it was unset already.</returns>
    public bool TryRemove(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _storage.Update(static (values, name) => values?.Remove(name), name)?.ContainsKey(name) == true;
    }

    private KeyNotFoundException Unset(string name) => new($"{Name} has no value \"{name}\" in this flow.");
}
