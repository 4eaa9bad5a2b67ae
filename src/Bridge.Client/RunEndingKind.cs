namespace Bridge.Client;

/// <summary>The ways a run ends without an error; the others are a <see cref="BridgeException"/>.</summary>
public enum RunEndingKind
{
    /// <summary>The application returned.</summary>
    Finished,

    /// <summary>This side sent a disconnect event before the application had returned.</summary>
    Disconnected,
}
