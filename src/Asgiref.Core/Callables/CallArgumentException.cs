namespace Asgiref.Core.Callables;

/// <summary>The argument of a call can't be read by the callable, or its result by the caller, or one of them can't be written. The message says which.</summary>
public sealed class CallArgumentException : ArgumentException
{
    internal CallArgumentException(string callable, string message, Exception? inner = null)
        : base(message, inner) => Callable = callable;

    /// <summary>The name of the callable.</summary>
    public string Callable { get; }
}
