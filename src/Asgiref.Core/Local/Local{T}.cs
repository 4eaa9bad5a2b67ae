using System.Diagnostics.CodeAnalysis;

namespace Asgiref.Core.Local;

/// <summary>
/// One value that follows the running code through <c>SyncToAsync</c> and <c>AsyncToSync</c> in both directions. What
/// sees which value is said at <see cref="Local"/>.
/// </summary>
/// <typeparam name="T">The type of the value. The value itself is shared, not copied: an immutable type is best.</typeparam>
/// <remarks>Make it once and keep it, as a static field. Safe for concurrent use.</remarks>
public sealed class Local<T>
{
    private readonly LocalStorage<Entry> _storage;

    /// <summary>Creates a Local without a value.</summary>
    /// <param name="name">Its name in error texts (LOCAL-23); "Local" with the type's name if it is null.</param>
    /// <param name="threadCritical">True keeps the value of synchronous code with its thread; see <see cref="Local"/>.</param>
    public Local(string? name = null, bool threadCritical = false)
    {
        Name = name ?? $"Local<{typeof(T).Name}>";
        _storage = new LocalStorage<Entry>(threadCritical);
    }

    /// <summary>The name in error texts.</summary>
    public string Name { get; }

    /// <summary>Whether the value stays with its thread in synchronous code.</summary>
    public bool IsThreadCritical => _storage.IsThreadCritical;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">On get: it is unset here; the text names the Local.</exception>
    public T Value
    {
        get => _storage.Read() is { } entry ? entry.Value : throw Unset();
        set => _storage.Update(static (_, entry) => entry, new Entry(value));
    }

    /// <summary>Reads the value.</summary>
    /// <returns>False if it is unset here.</returns>
    public bool TryGet([MaybeNullWhen(false)] out T value)
    {
        var entry = _storage.Read();
        value = entry is null ? default : entry.Value;
        return entry is not null;
    }

    /// <summary>Makes the Local unset again.</summary>
    /// <exception cref="InvalidOperationException">It is unset already (LOCAL-19).</exception>
    public void Remove()
    {
        if (!TryRemove())
        {
            throw Unset();
        }
    }

    /// <summary>Makes the Local unset again, if it is set.</summary>
    /// <returns>False if it was unset already.</returns>
    public bool TryRemove() => _storage.Update<Entry?>(static (_, none) => none, null) is not null;

    private InvalidOperationException Unset() => new($"{Name} has no value in this flow.");

    private sealed class Entry(T value)
    {
        public T Value { get; } = value;
    }
}
