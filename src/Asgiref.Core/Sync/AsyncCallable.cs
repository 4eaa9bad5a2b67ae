using System.Reflection;
using System.Runtime.CompilerServices;

namespace Asgiref.Core.Sync;

/// <summary>Tells asynchronous callables from synchronous ones (SYNC-09, SYNC-17).</summary>
public static class AsyncCallable
{
    /// <summary>
    /// Whether calling it starts asynchronous work: it returns something that can be awaited or enumerated asynchronously,
    /// or it is <c>async void</c>. Wrappers of <see cref="SyncToAsync"/> count, because their call returns a <see cref="SyncCall{T}"/>.
    /// </summary>
    /// <param name="callable">Any delegate.</param>
    public static bool IsAsync(Delegate callable)
    {
        ArgumentNullException.ThrowIfNull(callable);
        return IsAwaitable(callable.Method.ReturnType) || callable.Method.IsDefined(typeof(AsyncStateMachineAttribute));
    }

    /// <summary>Whether values of this type are awaited or enumerated with <c>await</c>.</summary>
    internal static bool IsAwaitable(Type type) =>
        type.GetMethod(nameof(Task.GetAwaiter), BindingFlags.Public | BindingFlags.Instance, Type.EmptyTypes) is not null ||
        type.GetInterfaces().Append(type).Any(
            static each => each.IsGenericType && each.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));

    /// <summary>The type and name of the function, for messages.</summary>
    internal static string NameOf(Delegate function) => $"{function.Method.DeclaringType?.Name}.{function.Method.Name}";
}
