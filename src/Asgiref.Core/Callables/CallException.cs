namespace Asgiref.Core.Callables;

/// <summary>A call into another process has no result. Each derived type says why.</summary>
public abstract class CallException : Exception
{
    private protected CallException(string callable, string message, Exception? inner = null)
        : base(message, inner) => Callable = callable;

    /// <summary>The name of the callable.</summary>
    public string Callable { get; }
}
