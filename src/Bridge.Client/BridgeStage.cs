namespace Bridge.Client;

/// <summary>How far a run had come when it failed.</summary>
public enum BridgeStage
{
    /// <summary>No connection yet; the bridge knows nothing of the run.</summary>
    Connect,

    /// <summary>The bridge has refused the run; no application code ran.</summary>
    Start,

    /// <summary>The application was, or may have been, running.</summary>
    Run,
}
