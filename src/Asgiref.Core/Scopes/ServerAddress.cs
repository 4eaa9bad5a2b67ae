namespace Asgiref.Core.Scopes;

/// <summary>Where the server listens (HTTP-25): <see cref="Tcp"/> or <see cref="Unix"/>.</summary>
public abstract record ServerAddress
{
    private ServerAddress()
    {
    }

    /// <summary>A TCP address.</summary>
    public sealed record Tcp(string Host, int Port) : ServerAddress;

    /// <summary>A Unix domain socket.</summary>
    public sealed record Unix(string Path) : ServerAddress;
}
