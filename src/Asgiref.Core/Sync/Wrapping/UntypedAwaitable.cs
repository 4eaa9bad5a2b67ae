namespace Asgiref.Core.Sync.Wrapping;

/// <summary>Anything that can be awaited, of a type known only at run time.</summary>
/// <param name="type">Its declared type, which decides whether there is a result.</param>
/// <param name="value">The awaitable.</param>
internal readonly struct UntypedAwaitable(Type type, object value)
{
    /// <summary>For <c>await</c>.</summary>
    public UntypedAwaiter GetAwaiter() => new(type.GetMethod(nameof(Task.GetAwaiter), Type.EmptyTypes)!.Invoke(value, null)!);
}
