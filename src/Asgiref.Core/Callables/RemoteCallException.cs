using Asgiref.Core.Callables.Transport;

namespace Asgiref.Core.Callables;

/// <summary>
/// The function raised an exception in another process. The message is that of the exception; what caused it is in
/// <see cref="Exception.InnerException"/>, and all causes in <see cref="Causes"/>.
/// </summary>
public sealed class RemoteCallException : CallException
{
    internal RemoteCallException(string callable, CallFailure failure)
        : this(callable, failure, [.. failure.Causes.Select(cause => new RemoteCallException(callable, cause))])
    {
    }

    private RemoteCallException(string callable, CallFailure failure, RemoteCallException[] causes)
        : base(callable, failure.Message, causes.FirstOrDefault())
    {
        Failure = failure;
        Causes = causes;
    }

    /// <summary>The type of the exception, as its language names it; may be empty.</summary>
    public string TypeName => Failure.Type;

    /// <summary>Its stack, as its language prints it; null unless the other process tells details.</summary>
    public string? RemoteStackTrace => Failure.Stack;

    /// <summary>What caused it, nearest first; each may have causes.</summary>
    public IReadOnlyList<RemoteCallException> Causes { get; }

    internal CallFailure Failure { get; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{GetType()}: {TypeName}: {Message}{Line(Failure.Stack)}\n   --- raised by '{Callable}' in another process ---{Line(StackTrace)}" +
        string.Concat(Causes.Select(static cause => $"\n ---> {cause}"));

    private static string Line(string? text) => string.IsNullOrEmpty(text) ? "" : $"\n{text}";
}
