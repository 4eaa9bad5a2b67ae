namespace Bridge.Client;

/// <summary>Whose fault it is.</summary>
public enum BridgeSide
{
    /// <summary>This process: it asked for what does not exist or sent what is not legal.</summary>
    Driver,

    /// <summary>The connection between the two.</summary>
    Link,

    /// <summary>The bridge: overloaded, stopping, or it lost the application's process.</summary>
    Bridge,

    /// <summary>The application.</summary>
    Application,
}
