using System.Reflection;
using System.Runtime.CompilerServices;

namespace Asgiref.Core.Compatibility;

/// <summary>Tells asynchronous functions from synchronous ones: asgiref's <c>iscoroutinefunction</c> (COMPAT-10, SYNC-09, SYNC-17). Safe for concurrent use.</summary>
public static class AsyncCallable
{
    /// <summary>
    /// Whether a call starts asynchronous work: the result can be awaited (Task, ValueTask, or anything else with a
    /// <c>GetAwaiter</c>) or enumerated asynchronously, the function is <c>async void</c>, or it is marked with
    /// <see cref="AsyncCallableAttribute"/>. It is not called.
    /// </summary>
    public static bool IsAsync(Delegate function)
    {
        ArgumentNullException.ThrowIfNull(function);
        var method = function.Method;
        return IsAsyncResult(method.ReturnType) ||
            method.IsDefined(typeof(AsyncStateMachineAttribute)) ||
            method.IsDefined(typeof(AsyncCallableAttribute));
    }

    /// <summary>Whether values of this type are awaited or enumerated with <c>await</c>.</summary>
    internal static bool IsAsyncResult(Type type) =>
        IsAwaitable(type) || type.GetInterfaces().Append(type).Any(
            static each => each.IsGenericType && each.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));

    /// <summary>Whether values of this type are awaited.</summary>
    internal static bool IsAwaitable(Type type) =>
        type.GetMethod(nameof(Task.GetAwaiter), BindingFlags.Public | BindingFlags.Instance, Type.EmptyTypes) is not null;

    /// <summary>The type and name of the function, for messages.</summary>
    internal static string NameOf(Delegate function) => $"{function.Method.DeclaringType?.Name}.{function.Method.Name}";
}
