using Bridge.Client.Workers;

namespace Bridge.Client.AspNetCore;

/// <summary>Which bridge serves the application, and how. Read once, at the start of the host.</summary>
public sealed class BridgeServerOptions : HttpContextApplicationOptions
{
    /// <summary>What the bridge's routes call the application, 1 to 128 characters. Required.</summary>
    public string Application { get; set; } = "";

    /// <summary>Instances of the application that run at once in this process; the next one may go to another worker. Default 10,000.</summary>
    public int MaxInstances { get; set; } = new WorkerApplicationOptions().MaxInstances;

    /// <summary>
    /// The bridge's address and token, this worker's name, and all times. Its logger is the host's unless one is set; its
    /// applications are left to the server.
    /// </summary>
    public BridgeWorkerOptions Worker { get; } = new();
}
