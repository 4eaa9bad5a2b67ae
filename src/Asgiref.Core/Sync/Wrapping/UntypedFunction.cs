using System.Diagnostics;
using System.Reflection;
using System.Runtime.ExceptionServices;

namespace Asgiref.Core.Sync.Wrapping;

/// <summary>Calls a delegate whose type is known only at run time.</summary>
/// <param name="function">The user's function, by whose name the call goes.</param>
[StackTraceHidden]
internal sealed class UntypedFunction(Delegate function)
{
    private Delegate Function { get; } = function;

    /// <summary>The user's function where a delegate is one of these, else the delegate itself.</summary>
    public static Delegate Named(Delegate function) => function.Target is UntypedFunction untyped ? untyped.Function : function;

    /// <summary>Calls a function; it throws what the function throws, as the same object (EXC-01).</summary>
    /// <exception cref="ArgumentException">The arguments do not fit the function.</exception>
    /// <exception cref="TargetParameterCountException">There are too few arguments or too many.</exception>
    public object? Invoke(object?[] arguments)
    {
        try
        {
            return Function.DynamicInvoke(arguments);
        }
        catch (TargetInvocationException wrapped) when (wrapped.InnerException is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
            throw;
        }
    }

    /// <summary>Calls an asynchronous function and awaits what it returns, whatever type that has; null if there is no result.</summary>
    /// <exception cref="InvalidOperationException">The function returned null.</exception>
    public async AsgiTask<object?> InvokeAsync(object?[] arguments)
    {
        var awaitable = Invoke(arguments)
            ?? throw new InvalidOperationException("The asynchronous function returned null instead of a task.");
        return await new UntypedAwaitable(Function.Method.ReturnType, awaitable);
    }
}
