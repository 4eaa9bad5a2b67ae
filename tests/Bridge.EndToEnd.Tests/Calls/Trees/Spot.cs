using CallWorker.Trees;

namespace Bridge.EndToEnd.Tests.Calls.Trees;

/// <summary>Where and how a function of a plan runs.</summary>
/// <param name="Process">The process.</param>
/// <param name="Kind">How.</param>
/// <param name="Place">Its thread; null for any.</param>
/// <param name="Flow">What its process knows of the flow.</param>
internal readonly record struct Spot(string Process, TreeKind Kind, string? Place, TreeFlow Flow)
{
    /// <summary>The flow of what comes back while a call of this function is out.</summary>
    public TreeFlow Inside => Kind == TreeKind.Sync ? Flow with { Pump = Place } : Flow;
}
