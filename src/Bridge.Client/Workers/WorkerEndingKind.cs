namespace Bridge.Client.Workers;

/// <summary>The ways a worker ends without an error; the others are a <see cref="WorkerException"/>.</summary>
public enum WorkerEndingKind
{
    /// <summary>Its own program stopped it.</summary>
    Stopped,

    /// <summary>A newer process of the same name serves in its place: this one has nothing left to do.</summary>
    Replaced,

    /// <summary>It has served as many instances, or for as long, as <see cref="BridgeWorkerOptions.Recycle"/> allows: start a new process.</summary>
    Recycled,
}
