namespace Asgiref.Core.Server;

/// <summary>Why a <see cref="StatelessServer{TScopeId}"/> told an application that its scope is over.</summary>
public enum DisconnectReason
{
    /// <summary>The limit was reached and no other scope had been unused for longer.</summary>
    Evicted,

    /// <summary>Nothing happened in it for <see cref="StatelessServerOptions.IdleTimeout"/>.</summary>
    Idle,

    /// <summary>The server closed this scope, for example because its user has left.</summary>
    Closed,

    /// <summary>The server stops.</summary>
    Stopping,
}
