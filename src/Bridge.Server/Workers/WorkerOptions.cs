namespace Bridge.Server.Workers;

/// <summary>Configuration <c>Bridge:Workers</c>: how instances find their way to workers, and what is remembered of them.</summary>
internal sealed class WorkerOptions
{
    public const string Section = "Bridge:Workers";

    /// <summary>
    /// Instances of one application that may wait until a worker has a place. Default 1,000, from 0 to 1,000,000. The next
    /// one is refused (503); 0 refuses at once whatever finds no place.
    /// </summary>
    public int QueueLength { get; set; } = 1000;

    /// <summary>How long one may wait. Default 10 s, up to a day. Then it is refused (503).</summary>
    public TimeSpan QueueTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// To how many workers, one after another, an instance is given that each of them refuses. Default 5, from 1 to 100.
    /// Then it is refused (503). One that a worker has accepted is never given to another.
    /// </summary>
    public int Attempts { get; set; } = 5;

    /// <summary>
    /// How long an application of a worker that has refused an instance gets no other, unless a place there becomes free
    /// before. Default 100 ms, up to a day.
    /// </summary>
    public TimeSpan RefusalPause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// How long an application stays known when its last worker has left: requests for it wait, or are answered with 503
    /// and not 404. Default 60 s, up to a day.
    /// </summary>
    public TimeSpan RememberTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Applications of workers that are known at a time. Default 1,000, from 1 to 1,000,000. For a new one the one that has
    /// been without a worker for longest is forgotten; if all have workers, the offer is refused.
    /// </summary>
    public int Applications { get; set; } = 1000;

    /// <summary>
    /// Processes that are remembered as replaced by a newer one, so that they are not taken for the newer one when they
    /// dial in again; and workers' names whose current process is remembered. Default 10,000, from 1 to 1,000,000. The
    /// oldest are forgotten.
    /// </summary>
    public int RememberedProcesses { get; set; } = 10_000;

    /// <summary>Sessions at a time, of workers and of clients. Default 1,000, from 1 to 1,000,000. The next one is refused with RESOURCE_EXHAUSTED.</summary>
    public int Sessions { get; set; } = 1000;

    /// <summary>Calls of <c>ApplicationService.Serve</c> at a time. Default 10,000, from 1 to 1,000,000. The next one is refused with RESOURCE_EXHAUSTED.</summary>
    public int ServeCalls { get; set; } = 10_000;

    /// <summary>Whether an application of a worker is reachable at "/" and its name, if no route names it. Default true.</summary>
    public bool Mount { get; set; } = true;
}
