namespace Asgiref.Core.Callables.Transport;

/// <summary>Is told when the caller of an incoming call does not wait any more.</summary>
internal interface ICallerWatch
{
    /// <summary>Once at most. May come from a thread that reads a connection, so it is short and runs no code of the application.</summary>
    void CallerLeft();
}
