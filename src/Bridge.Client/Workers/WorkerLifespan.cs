namespace Bridge.Client.Workers;

/// <summary>Whether an application of a worker is given the lifespan protocol (LIFE-15).</summary>
public enum WorkerLifespan
{
    /// <summary>It is; an application that raises or returns without an answer does not support it, which is no error.</summary>
    Auto,

    /// <summary>It is; an application that does not support it ends the worker.</summary>
    On,

    /// <summary>It is not.</summary>
    Off,
}
