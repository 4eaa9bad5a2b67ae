namespace Asgiref.Core.Callables;

/// <summary>A call was refused: no code of the function ran, and it may be made again.</summary>
public sealed class CallRefusedException : CallException
{
    internal CallRefusedException(string callable, CallRefusal code, string message)
        : base(callable, message) => Code = code;

    /// <summary>Why.</summary>
    public CallRefusal Code { get; }
}
