namespace Asgiref.Core.Callables;

/// <summary>The time of a call has passed. The message tells what it waited for, and who held that, as far as the other process has said so.</summary>
public sealed class CallTimeoutException : TimeoutException
{
    internal CallTimeoutException(string callable, string message)
        : base(message) => Callable = callable;

    /// <summary>The name of the callable.</summary>
    public string Callable { get; }
}
