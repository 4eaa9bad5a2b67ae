using System.Globalization;
using CallWorker.Trees;

namespace Bridge.EndToEnd.Tests.Calls.Trees;

/// <summary>
/// Makes a tree of calls from a seed and its number: what every function does, and what it must see, by the rules of
/// docs/protocol.md, "Calls". It plans no circle of waits that nobody could see: the processes' own threads are taken in one
/// order, and of branches at the same time one alone may need a thread that all of them have in reach.
/// </summary>
internal sealed class TreePlanner
{
    public const int MaxDepth = 8;

    private const int MaxNodes = 24;
    private static readonly string[] Processes = [CallField.Here, "w1", "w2", CallField.Bridge];
    private static readonly string[] Names = ["a", "b", "c", "d"];

    private readonly Random _random;
    private readonly int _tree;
    private int _ids;

    private TreePlanner(int seed, int tree)
    {
        _random = new Random(unchecked((seed * 1_000_003) + tree));
        _tree = tree;
    }

    /// <summary>The root of a tree. It runs in this process: a synchronous one on a thread of its own, which is named root.</summary>
    public static TreeNode Create(int seed, int tree)
    {
        var planner = new TreePlanner(seed, tree);
        var isSync = planner._random.Next(3) == 0;
        var spot = new Spot(CallField.Here, isSync ? TreeKind.Sync : TreeKind.Async, isSync ? "root" : null, default);
        return planner.Node(spot, TreeState.Empty, Bag.Empty).Node;
    }

    /// <summary>A function that ends, and the bag that it ends with.</summary>
    private (TreeNode Node, Bag Bag) Node(Spot spot, TreeState state, Bag begin)
    {
        var id = ++_ids;
        var bag = begin;
        var sum = id;
        int? fault = null;
        var steps = new List<TreeStep>();
        var count = id == 1 ? 4 : _random.Next(4);
        for (var number = 1; number <= count && fault is null; number++)
        {
            var kind = Choose(spot, state, isRoot: id == 1);
            List<TreeNode> children = [];
            var step = new TreeStep { Kind = kind };
            switch (kind)
            {
                case TreeStepKind.Change:
                    step = Change(id, number, ref bag);
                    break;
                case TreeStepKind.Throw:
                    fault = id;
                    break;
                case TreeStepKind.Leave or TreeStepKind.Limit:
                    var left = state with { IsLeft = true };
                    children.Add(Endless(Next(spot, left, canBeLocal: false), left.Calling(spot), bag));
                    step = step with { Catches = true, Milliseconds = kind == TreeStepKind.Leave ? _random.Next(40) : _random.Next(20, 80) };
                    break;
                case TreeStepKind.Call:
                    var (child, after) = Node(Next(spot, state, canBeLocal: true), state.Calling(spot), bag);
                    children.Add(child);
                    bag = after;
                    var catches = child.Fault is null || _random.Next(10) < 6;
                    step = step with { Catches = catches };
                    fault = catches ? null : child.Fault;
                    break;
                default:
                    bag = Branches(spot, state, kind, bag, children);
                    step = step with { Catches = true };
                    break;
            }

            sum += children.Where(child => child.Fault is null && kind is not (TreeStepKind.Leave or TreeStepKind.Limit)).Sum(child => child.Sum);
            steps.Add(step with { Children = children, Bag = fault is null ? bag.Text : null });
        }

        return (Made(spot, state, id, begin, steps) with { Sum = sum, Fault = fault }, bag);
    }

    /// <summary>A function that never ends by itself: it waits, or calls one that does.</summary>
    private TreeNode Endless(Spot spot, TreeState state, Bag begin)
    {
        var id = ++_ids;
        var bag = begin;
        var steps = new List<TreeStep>();
        if (_random.Next(2) == 0)
        {
            steps.Add(Change(id, 1, ref bag) with { Bag = bag.Text });
        }

        if (spot.Kind == TreeKind.Async && (state.Depth >= MaxDepth - 1 || _random.Next(2) == 0))
        {
            steps.Add(new TreeStep { Kind = TreeStepKind.Wait });
        }
        else
        {
            // One that blocks is never the last.
            var next = state.Depth >= MaxDepth - 2 ? Async(Next(spot, state, canBeLocal: false)) : Next(spot, state, canBeLocal: false);
            steps.Add(new TreeStep { Kind = TreeStepKind.Call, Children = [Endless(next, state.Calling(spot), bag)] });
        }

        return Made(spot, state, id, begin, steps);
    }

    /// <summary>Several functions at once.</summary>
    private Bag Branches(Spot spot, TreeState state, TreeStepKind kind, Bag bag, List<TreeNode> children)
    {
        var count = _random.Next(2, 4);
        var shared = state.SharedPlaces(spot, Processes).Select(place => (Place: place, Owner: _random.Next(count))).ToArray();
        var result = bag;
        for (var branch = 0; branch < count; branch++)
        {
            var own = state with { Banned = state.Banned.Union(shared.Where(each => each.Owner != branch).Select(each => each.Place)) };
            var from = kind == TreeStepKind.Contexts && spot.Flow.Context is null
                ? spot with { Flow = spot.Flow with { Context = $"context{_ids + 1}" } }
                : spot;
            var (child, after) = Node(Next(from, own, canBeLocal: false), own.Calling(from), bag);
            children.Add(child);
            result = kind == TreeStepKind.Calls ? result.With(bag, after) : result;
        }

        return result;
    }

    private TreeNode Made(Spot spot, TreeState state, int id, Bag begin, List<TreeStep> steps) => new()
    {
        Tree = _tree,
        Id = id,
        Process = spot.Process,
        Kind = spot.Kind,
        Place = spot.Place,
        Bag = begin.Text,
        Steps = steps,
        IsLeft = state.IsLeft,
    };

    private TreeStepKind Choose(Spot spot, TreeState state, bool isRoot)
    {
        // The bridge's pool is not for functions that block.
        var mayCall = state.Depth < MaxDepth && _ids < MaxNodes && (spot.Kind != TreeKind.Pooled || spot.Process != CallField.Bridge);
        var mayLeave = mayCall && state.Depth < MaxDepth - 3;
        return _random.Next(100) switch
        {
            < 26 => TreeStepKind.Change,
            < 33 when !isRoot => TreeStepKind.Throw,
            < 40 when mayLeave => TreeStepKind.Leave,
            < 43 when mayLeave => TreeStepKind.Limit,
            < 50 when mayCall && spot.Kind == TreeKind.Async => TreeStepKind.Calls,
            < 55 when mayCall && spot.Kind == TreeKind.Async => TreeStepKind.Tasks,
            < 65 when mayCall && spot.Kind == TreeKind.Async => TreeStepKind.Contexts,
            _ when mayCall => TreeStepKind.Call,
            _ => TreeStepKind.Change,
        };
    }

    private TreeStep Change(int id, int number, ref Bag bag)
    {
        var name = Names[_random.Next(Names.Length)];
        var value = _random.Next(4) == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{_tree}.{id}.{number}");
        bag = bag.With(name, value);
        return new TreeStep { Kind = TreeStepKind.Change, Name = name, Value = value };
    }

    /// <summary>Where a function runs that is called from a spot, and how.</summary>
    private Spot Next(Spot caller, TreeState state, bool canBeLocal)
    {
        var isLocal = canBeLocal && caller.Kind == TreeKind.Async && _random.Next(8) == 0;
        var process = caller.Process;
        while (!isLocal && process == caller.Process)
        {
            process = Processes[_random.Next(Processes.Length)];
        }

        var flow = isLocal ? caller.Flow : state.FlowOf(process).In(caller.Flow.Context);
        // All trees share a process's own thread and hold it while they call on: with more of them on it they would mostly queue.
        var isWorthIt = flow.Place != TreeThreads.OfProcess || _random.Next(10) == 0;
        return _random.Next(100) switch
        {
            < 50 when isWorthIt => OnThread(new Spot(process, TreeKind.Sync, flow.Place, flow), state.Calling(caller)),
            < 62 => new Spot(process, TreeKind.Pooled, null, flow),
            _ => new Spot(process, TreeKind.Async, null, flow),
        };
    }

    /// <summary>The spot if its thread can be had without a circle that nobody sees; else an asynchronous one.</summary>
    /// <param name="spot">The spot.</param>
    /// <param name="state">With its caller.</param>
    private static Spot OnThread(Spot spot, TreeState state)
    {
        var takesProcess = spot.Flow.Pump is null && spot.Place == TreeThreads.OfProcess;
        var isFree = takesProcess
            ? Array.IndexOf(Processes, spot.Process) > state.Held.Select(process => Array.IndexOf(Processes, process)).DefaultIfEmpty(-1).Max()
            : !state.Banned.Contains($"{spot.Process}/{spot.Place}");
        return isFree ? spot : Async(spot);
    }

    private static Spot Async(Spot spot) => spot with { Kind = TreeKind.Async, Place = null };
}
