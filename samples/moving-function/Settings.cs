namespace MovingFunction;

/// <summary>The configuration of the program; the defaults are in appsettings.json.</summary>
public sealed record Settings
{
    public Role Role { get; init; }

    public Place Place { get; init; }

    /// <summary>Where the bridge listens for gRPC.</summary>
    public string Bridge { get; init; } = "";

    /// <summary>What the bridge's <c>Bridge:Token</c> asks for, if it asks.</summary>
    public string? Token { get; init; }

    /// <summary>The argument of the call.</summary>
    public string Text { get; init; } = "";
}
