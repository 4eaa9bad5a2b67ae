using Asgiref.Core.Tests.Stress.Planning;

namespace Asgiref.Core.Tests.Stress.Expecting;

/// <summary>
/// Says what must be seen at every node of a plan: a second description of the library, made from its documented rules
/// and run without threads, one call after the other.
/// </summary>
internal sealed class PlanModel
{
    private readonly NodeExpectation[] _nodes;
    private readonly HashSet<int> _fired = [];

    private PlanModel(StressPlan plan) =>
        _nodes = [.. plan.Nodes.Select(node => new NodeExpectation(node.Steps.Count))];

    /// <summary>What must be seen, each node at the index of its id.</summary>
    public static IReadOnlyList<NodeExpectation> Of(StressPlan plan)
    {
        var model = new PlanModel(plan);
        var root = plan.Root;
        var isOnLoop = root.Kind is CallKind.LoopRoot or CallKind.OwnExecutorLoopRoot;
        var state = new ModelState
        {
            Thread = new Place(PlaceKind.OwnThread),
            Loop = isOnLoop ? new Place(PlaceKind.Loop) : null,
            LoopHasOwnExecutor = root.Kind == CallKind.OwnExecutorLoopRoot,
            IsOnLoop = isOnLoop,
        };
        model._nodes[root.Id].Seen = model.Run(root, state, new ModelValues(new ModelLocals()), out _);
        return model._nodes;
    }

    /// <summary>Runs a body.</summary>
    /// <param name="node">The node.</param>
    /// <param name="state">Where it is called.</param>
    /// <param name="values">Its context, which it changes.</param>
    /// <param name="isLeft">Whether its call ends before it.</param>
    private Outcome Run(PlanNode node, ModelState state, ModelValues values, out bool isLeft)
    {
        var expected = _nodes[node.Id];
        var isSync = node.Kind.IsSync();
        expected.Runs = true;
        var wasLeft = state.IsLeft;
        var outcome = Outcome.Finished;
        for (var i = 0; i < node.Steps.Count && outcome.IsFinished; i++)
        {
            var step = node.Steps[i];
            expected.Steps[i] = See(state, values, isSync);
            outcome = Step(node, i, values, ref state);
            if (step.Catches)
            {
                outcome = Outcome.Finished;
            }
        }

        if (outcome.IsFinished)
        {
            expected.Steps[^1] = See(state, values, isSync);
        }

        isLeft = state.IsLeft && !wasLeft;
        return expected.Body = outcome;
    }

    private StepExpectation See(ModelState state, ModelValues values, bool isSync) => new(
        state.Where(isSync), state.IsLeft ? null : values.Locals.Copy(), state.KnownLocals, values.AsyncLocals, HasFired(state));

    private Outcome Step(PlanNode node, int index, ModelValues values, ref ModelState state)
    {
        var step = node.Steps[index];
        var value = ModelValue.Of(node.Id, index);
        switch (step.Kind)
        {
            case StepKind.SetLocal:
                values.Locals.Set(step.Argument, value);
                break;
            case StepKind.RemoveLocal:
                values.Locals.Set(step.Argument, ModelValue.Unset);
                break;
            case StepKind.SetAsyncLocal:
                values.SetAsyncLocal(step.Argument, value);
                break;
            case StepKind.ClearAsyncLocal:
                values.SetAsyncLocal(step.Argument, ModelValue.Unset);
                break;
            case StepKind.LeaveLoop:
                state = state with { IsOnLoop = false };
                break;
            case StepKind.Observe when HasFired(state):
                return Outcome.Cancelled;
            case StepKind.Throw:
                return new Outcome(OutcomeKind.Failed, node.Id);
            case StepKind.Cancel or StepKind.ParkUntilCancelled:
                var hadFired = HasFired(state);
                _fired.Add(step.Argument);
                // A synchronous body that is not waiting in AsyncToSync is left behind (CANC-01), unless it was when the
                // token fired: a second cancellation changes nothing (CANC-14).
                state = state with { IsLeft = state.IsLeft || (node.Kind.IsSync() && !hadFired) };
                return step.Kind == StepKind.ParkUntilCancelled && !node.Kind.IsSync() ? Outcome.Cancelled : Outcome.Finished;
        }

        return step.Kind switch
        {
            StepKind.Call or StepKind.CancelParked => Call(step.Calls[0], state, values),
            StepKind.LeaveTask => LeaveTask(step.Calls[0], state, values),
            StepKind.CreateAll => CreateAll(step, value, state, values),
            StepKind.StartAll or StepKind.StartAllAwaitBackwards => StartAll(step, state, values),
            StepKind.ShareContext => ShareContext(step, state, values),
            StepKind.CancelQueued => CancelQueued(step, state, values),
            _ => Outcome.Finished,
        };
    }

    private Outcome Call(PlanNode node, ModelState state, ModelValues values)
    {
        if (node.Kind.IsSyncToAsync())
        {
            return SyncToAsync(node, state, values);
        }

        if (node.Token == TokenUse.Fired)
        {
            _fired.Add(node.Id);
        }

        var inner = ModelCalls.Enter(node, state);
        var body = ModelCalls.Enter(node, values);
        var outcome = Run(node, inner, body, out _);
        if (ModelCalls.BringsBack(node.Kind))
        {
            values.AsyncLocals = body.AsyncLocals;
        }

        return End(node, outcome);
    }

    /// <param name="node">The call.</param>
    /// <param name="state">Where it is made.</param>
    /// <param name="values">The caller's context.</param>
    /// <param name="given">The context that the call is given, which keeps its changes; null for the caller's.</param>
    private Outcome SyncToAsync(PlanNode node, ModelState state, ModelValues values, ModelValues? given = null)
    {
        var place = ModelCalls.PlaceOf(node, state);
        var inner = ModelCalls.Enter(node, state, place);
        if (node.Token == TokenUse.Fired || HasFired(inner))
        {
            return End(node, Outcome.Cancelled);
        }

        if (state.Held.Contains(place))
        {
            return End(node, new Outcome(OutcomeKind.Refused, node.Id));
        }

        var body = given ?? values.Share();
        var outcome = Run(node, inner, body, out var isLeft);
        if (isLeft)
        {
            return End(node, Outcome.Cancelled);
        }

        if (given is null)
        {
            values.AsyncLocals = body.AsyncLocals;
        }

        return End(node, outcome);
    }

    /// <summary>What ends the task is the end of its loop.</summary>
    private Outcome LeaveTask(PlanNode node, ModelState state, ModelValues values)
    {
        var inner = ModelCalls.Enter(node, state);
        Run(node, inner with { Tokens = inner.Tokens.Add(node.Id) }, values.Fork(), out _);
        return Outcome.Finished;
    }

    private Outcome CreateAll(PlanStep step, int value, ModelState state, ModelValues values)
    {
        // A task gets the values of the moment when it is created (LOCAL-15).
        var copies = step.Calls.Select(_ => values.Fork()).ToArray();
        if (step.Argument >= 0)
        {
            values.Locals.Set(step.Argument, value);
        }

        return First(step.Calls.Select((node, i) => End(node, Run(node, ModelCalls.Enter(node, state), copies[i], out _))));
    }

    private Outcome StartAll(PlanStep step, ModelState state, ModelValues values)
    {
        var part = step.Calls.Count;
        var copies = step.Calls.Select(_ => values.Share()).ToArray();
        var before = values.AsyncLocals;
        var outcomes = step.Calls.Select((node, i) => SyncToAsync(
            node, state with { KnownLocals = PlanValues.PartOf(state.KnownLocals, i, part) }, copies[i])).ToArray();
        // What was awaited last wins, if it has changed anything.
        var order = step.Kind == StepKind.StartAll ? copies : copies.Reverse();
        values.AsyncLocals = order.Select(copy => copy.AsyncLocals).LastOrDefault(changed => changed != before) ?? before;
        return First(outcomes);
    }

    private Outcome ShareContext(PlanStep step, ModelState state, ModelValues values)
    {
        var given = values.Fork();
        foreach (var node in step.Calls)
        {
            var outcome = node.Kind.IsSyncToAsync()
                ? SyncToAsync(node, state, values, given)
                : End(node, Run(node, state, given, out _));
            if (!outcome.IsFinished && !step.Catches)
            {
                return outcome;
            }
        }

        return Outcome.Finished;
    }

    private Outcome CancelQueued(PlanStep step, ModelState state, ModelValues values)
    {
        var holder = SyncToAsync(step.Calls[0], state, values);
        var queued = step.Calls[1];
        var refused = holder.Kind == OutcomeKind.Refused;
        var outcome = End(queued, refused ? new Outcome(OutcomeKind.Refused, queued.Id) : Outcome.Cancelled);
        return holder.IsFinished ? outcome : holder;
    }

    private bool HasFired(ModelState state) => state.Tokens.Overlaps(_fired);

    private Outcome End(PlanNode node, Outcome outcome)
    {
        _nodes[node.Id].Seen = outcome;
        return outcome;
    }

    /// <summary>All are run; the first that does not finish decides.</summary>
    private static Outcome First(IEnumerable<Outcome> outcomes) =>
        outcomes.ToArray().Where(outcome => !outcome.IsFinished).Append(Outcome.Finished).First();
}
