namespace Asgiref.Core.Scopes;

/// <summary>Where the server listens (HTTP-25): <see cref="Tcp"/> or <see cref="Unix"/>. Immutable.</summary>
public abstract record ServerAddress
{
    private ServerAddress()
    {
    }

    /// <summary>A TCP address.</summary>
    /// <param name="Host">The host name or IP address.</param>
    /// <param name="Port">The port, 1 to 65535.</param>
    public sealed record Tcp(string Host, int Port) : ServerAddress;

    /// <summary>A Unix domain socket.</summary>
    /// <param name="Path">The path of the socket.</param>
    public sealed record Unix(string Path) : ServerAddress;
}
