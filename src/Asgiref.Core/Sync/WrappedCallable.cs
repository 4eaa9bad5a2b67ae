using System.Reflection;
using Asgiref.Core.Compatibility;

namespace Asgiref.Core.Sync;

/// <summary>A function made awaitable or blocking; tells which one it wraps (SYNC-14, SYNC-15, A2S-04).</summary>
public abstract class WrappedCallable
{
    private readonly Delegate _function;

    private protected WrappedCallable(Delegate function) => _function = function;

    /// <summary>The object that the wrapped function belongs to; null for a static one.</summary>
    public object? Target => _function.Target;

    /// <summary>The wrapped function, through which its name, documentation id and attributes are found.</summary>
    public MethodInfo Method => _function.Method;

    /// <summary>The type and name of the wrapped function.</summary>
    public string Name => AsyncCallable.NameOf(_function);

    /// <summary>As <see cref="Name"/>, for debuggers and messages.</summary>
    public override string ToString() => $"{GetType().Name.Split('`')[0]}({Name})";
}
