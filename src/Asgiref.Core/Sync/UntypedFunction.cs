using System.Diagnostics;
using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Asgiref.Core.Sync;

/// <summary>Calls delegates whose type is known only at run time.</summary>
[StackTraceHidden]
internal static class UntypedFunction
{
    /// <summary>Calls a function; it throws what the function throws, as the same object (EXC-01).</summary>
    /// <exception cref="ArgumentException">The arguments do not fit the function.</exception>
    /// <exception cref="TargetParameterCountException">There are too few arguments or too many.</exception>
    public static object? Invoke(Delegate function, object?[] arguments)
    {
        try
        {
            return function.DynamicInvoke(arguments);
        }
        catch (TargetInvocationException wrapped) when (wrapped.InnerException is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
            throw;
        }
    }

    /// <summary>Calls an asynchronous function and awaits what it returns, whatever type that has; null if there is no result.</summary>
    /// <exception cref="InvalidOperationException">The function returned null.</exception>
    public static async AsgiTask<object?> InvokeAsync(Delegate function, object?[] arguments)
    {
        var awaitable = Invoke(function, arguments)
            ?? throw new InvalidOperationException("The asynchronous function returned null instead of a task.");
        return await new UntypedAwaitable(function.Method.ReturnType, awaitable);
    }
}
