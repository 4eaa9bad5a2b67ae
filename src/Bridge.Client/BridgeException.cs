namespace Bridge.Client;

/// <summary>A run failed. A run that its caller cancelled throws <see cref="OperationCanceledException"/> instead.</summary>
public sealed class BridgeException : Exception
{
    /// <summary>Creates the exception.</summary>
    public BridgeException(BridgeError error, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Error = error;
    }

    /// <summary>What went wrong.</summary>
    public BridgeError Error { get; }

    /// <summary>How far the run had come.</summary>
    public BridgeStage Stage => Error switch
    {
        BridgeError.ConnectFailed => BridgeStage.Connect,
        BridgeError.ApplicationNotFound or BridgeError.Refused => BridgeStage.Start,
        _ => BridgeStage.Run,
    };

    /// <summary>Whose fault it is.</summary>
    public BridgeSide Side => Error switch
    {
        BridgeError.ConnectFailed or BridgeError.LinkLost => BridgeSide.Link,
        BridgeError.ApplicationNotFound or BridgeError.DriverInvalid => BridgeSide.Driver,
        BridgeError.ApplicationFailed or BridgeError.ResponseIncomplete => BridgeSide.Application,
        _ => BridgeSide.Bridge,
    };
}
