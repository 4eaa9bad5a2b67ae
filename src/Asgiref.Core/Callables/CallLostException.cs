namespace Asgiref.Core.Callables;

/// <summary>The process that ran the function, or the way to it, was lost. Nobody knows how far the function came.</summary>
public sealed class CallLostException : CallException
{
    internal CallLostException(string callable, string message)
        : base(callable, message)
    {
    }
}
