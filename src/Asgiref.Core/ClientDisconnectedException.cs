namespace Asgiref.Core;

/// <summary>
/// Raised out of <c>send</c> when the connection is closed (HTTP-52, WS-41). It derives from
/// <see cref="IOException"/> as the specification's OSError does. An application may let it pass: the server that
/// threw it does not log it as an error (HTTP-54).
/// </summary>
public sealed class ClientDisconnectedException : IOException
{
    /// <summary>Creates the exception with its usual text.</summary>
    public ClientDisconnectedException()
        : base("The client has disconnected; nothing more can be sent on this connection.")
    {
    }

    /// <summary>Creates the exception with a text of its own.</summary>
    public ClientDisconnectedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a text of its own and the error that ended the connection.</summary>
    public ClientDisconnectedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
