namespace Bridge.Client.AspNetCore.Responses;

/// <summary>Callbacks of a response, called last in, first out, as Kestrel does.</summary>
internal struct CallbackStack
{
    private Stack<(Func<object, Task> Callback, object State)>? _entries;

    public void Push(Func<object, Task> callback, object state)
    {
        ArgumentNullException.ThrowIfNull(callback);
        (_entries ??= new Stack<(Func<object, Task>, object)>(2)).Push((callback, state));
    }

    public bool TryPop(out (Func<object, Task> Callback, object State) entry)
    {
        entry = default;
        return _entries is not null && _entries.TryPop(out entry);
    }
}
