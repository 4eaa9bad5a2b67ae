using System.Collections.Immutable;
using CallWorker.Trees;

namespace Bridge.EndToEnd.Tests.Calls.Trees;

/// <summary>What the calls around a function of a plan mean for it. Immutable.</summary>
internal sealed record TreeState
{
    public static TreeState Empty { get; } = new();

    /// <summary>How many calls are around it.</summary>
    public int Depth { get; init; }

    /// <summary>The flow of the nearest call of each process on the way.</summary>
    public ImmutableDictionary<string, TreeFlow> Flows { get; init; } = ImmutableDictionary<string, TreeFlow>.Empty;

    /// <summary>The processes whose own thread a call around it has.</summary>
    public ImmutableHashSet<string> Held { get; init; } = [];

    /// <summary>The places, with their processes, that belong to other branches.</summary>
    public ImmutableHashSet<string> Banned { get; init; } = [];

    /// <summary>Whether a call around it is left at any moment.</summary>
    public bool IsLeft { get; init; }

    public TreeFlow FlowOf(string process) => Flows.GetValueOrDefault(process);

    /// <summary>The state of what a function calls.</summary>
    public TreeState Calling(Spot spot) => this with
    {
        Depth = Depth + 1,
        Flows = Flows.SetItem(spot.Process, spot.Inside),
        Held = spot.Place == TreeThreads.OfProcess ? Held.Add(spot.Process) : Held,
    };

    /// <summary>The threads of the tree alone that every branch from a function on could need.</summary>
    public IEnumerable<string> SharedPlaces(Spot spot, IEnumerable<string> processes)
    {
        var flows = Flows.SetItem(spot.Process, spot.Inside);
        foreach (var process in processes)
        {
            var flow = flows.GetValueOrDefault(process).In(spot.Flow.Context);
            foreach (var place in new[] { flow.Pump, flow.Context }.OfType<string>())
            {
                yield return $"{process}/{place}";
            }
        }
    }
}
