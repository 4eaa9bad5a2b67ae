using static Asgiref.Core.Tests.Stress.Planning.PlanStep;

namespace Asgiref.Core.Tests.Stress.Planning;

/// <summary>Makes the plan of one flow from a seed.</summary>
internal sealed class PlanGenerator
{
    private const int MaxDepth = 8;
    private const int MaxSteps = 4;
    private const int MaxNodes = 30;

    private readonly Random _random;
    private int _nodes;
    private int _budget;

    public PlanGenerator(int seed, int number)
    {
        // Neighbouring seeds and numbers must not give similar sequences.
        _random = new Random(unchecked((seed * (int)2654435761u) ^ (number * 40_503) ^ (seed >> 16)));
        _budget = _random.Next(2, MaxNodes);
    }

    public PlanNode Root()
    {
        var kind = Pick(CallKind.PoolRoot, CallKind.LoopRoot, CallKind.OwnExecutorLoopRoot, CallKind.ThreadRoot);
        var root = new PlanScope(kind.IsSync(), Depth: 0, PlanValues.AllLocals, Targets: [], MayLeave: false, HasLoop: false);
        return Node(kind, TokenUse.None, id => Body(root));
    }

    /// <summary>A call of one of the kinds that the scope allows.</summary>
    private PlanNode Call(PlanScope scope)
    {
        var kind = scope.IsSync
            ? Pick(
                CallKind.BlockingCall, CallKind.BlockingCall, CallKind.BlockingCall, CallKind.NewLoopCall,
                CallKind.HandMadeLoop, CallKind.SingleThreadScope, CallKind.PlainThread)
            : Pick(
                CallKind.SensitiveCall, CallKind.SensitiveCall, CallKind.SensitiveCall, CallKind.PooledCall, CallKind.ExecutorCall,
                CallKind.AwaitedAsgiTask, CallKind.AwaitedTask, CallKind.Shielded, CallKind.CreatedTask, CallKind.SensitiveScope);
        return Call(scope, kind);
    }

    private PlanNode Call(PlanScope scope, CallKind kind, params PlanStep[] first)
    {
        var token = kind.IsSyncToAsync() || kind.IsAsyncToSync()
            ? _random.Next(20) switch { < 6 => TokenUse.Own, 6 => TokenUse.Fired, _ => TokenUse.None }
            : TokenUse.None;
        return Node(kind, token, id => [.. first, .. Body(scope.Below(kind, id, token))]);
    }

    private PlanNode Node(CallKind kind, TokenUse token, Func<int, IReadOnlyList<PlanStep>> body)
    {
        var id = _nodes++;
        _budget--;
        var form = _random.Next(4);
        return new PlanNode(id, kind, token, form, body(id));
    }

    private List<PlanStep> Body(PlanScope scope)
    {
        var steps = new List<PlanStep>();
        for (var left = _random.Next(1, MaxSteps + 1); left > 0; left--)
        {
            var step = MayCall(scope) && Chance(60) ? CallStep(scope) : Act(scope);
            steps.Add(step);
            if (step.Kind == StepKind.Throw)
            {
                break;
            }

            if (step.Kind == StepKind.Cancel && scope.IsSync)
            {
                steps.AddRange(Afterwards(scope));
                break;
            }
        }

        return steps;
    }

    private PlanStep Act(PlanScope scope)
    {
        while (true)
        {
            switch (_random.Next(24))
            {
                case < 6:
                    return Local(scope, StepKind.SetLocal);
                case < 8:
                    return Local(scope, StepKind.RemoveLocal);
                case < 13:
                    return AsyncLocal(StepKind.SetAsyncLocal);
                case < 14:
                    return AsyncLocal(StepKind.ClearAsyncLocal);
                case < 16:
                    return Do(StepKind.Observe);
                case 16:
                    return Do(StepKind.Throw);
                case < 20 when scope.MayCancel:
                    return Do(StepKind.Cancel, scope.Targets[_random.Next(scope.Targets.Length)]);
                case < 22 when !scope.IsSync:
                    return Do(StepKind.Yield);
                case 22 when !scope.IsSync:
                    return Do(StepKind.LeaveLoop);
                case 23 when !scope.IsSync:
                    return Do(StepKind.BlockLoop);
            }
        }
    }

    /// <summary>What a body does that has been left behind: nothing that its caller could see.</summary>
    private IEnumerable<PlanStep> Afterwards(PlanScope scope)
    {
        if (Chance(50))
        {
            yield return AsyncLocal(StepKind.SetAsyncLocal);
        }

        if (Chance(50) && MayCall(scope))
        {
            var call = Node(CallKind.BlockingCall, TokenUse.None, _ => [Do(StepKind.Yield), Do(StepKind.Observe)]);
            yield return new PlanStep(StepKind.Call, -1, Catches: Chance(50), [call]);
        }

        if (Chance(30))
        {
            yield return Do(StepKind.Throw);
        }
    }

    private PlanStep CallStep(PlanScope scope)
    {
        var catches = Chance(60);
        if (scope.HasLoop && Chance(30))
        {
            var task = Node(CallKind.CreatedTask, TokenUse.None, id => [Do(StepKind.ParkUntilCancelled, id)]);
            return new PlanStep(StepKind.LeaveTask, -1, Catches: false, [task]);
        }

        return _random.Next(scope.IsSync ? 8 : 14) switch
        {
            0 => Shared(scope, catches),
            < 8 => new PlanStep(StepKind.Call, -1, catches, [Call(scope)]),
            < 10 => CreateAll(scope, catches),
            < 12 => StartAll(scope, catches),
            12 => CancelParked(scope, catches),
            _ => CancelQueued(scope, catches),
        };
    }

    private PlanStep Shared(PlanScope scope, bool catches)
    {
        var inside = scope.WithoutTargets();
        var calls = Several(2, _ => scope.IsSync
            ? Call(inside, CallKind.ContextRun)
            : Node(SyncToAsync(), TokenUse.None, id => Body(inside.Below(CallKind.SensitiveCall, id, TokenUse.None))));
        return new PlanStep(StepKind.ShareContext, -1, catches, calls);
    }

    private PlanStep CreateAll(PlanScope scope, bool catches)
    {
        var calls = Several(_random.Next(1, 4), _ => Call(scope.WithoutTargets(), CallKind.CreatedTask));
        var local = Local(scope, StepKind.SetLocal);
        return new PlanStep(StepKind.CreateAll, local.Kind == StepKind.SetLocal ? local.Argument : -1, catches, calls);
    }

    private PlanStep StartAll(PlanScope scope, bool catches)
    {
        var count = _random.Next(2, 4);
        // One that changes no value must bring none back, so the others begin with a change.
        var calls = Several(count, call => Chance(25)
            ? Node(SyncToAsync(), TokenUse.None, _ => [Do(StepKind.Observe)])
            : Call(scope.Part(call, count), SyncToAsync(), [AsyncLocal(StepKind.SetAsyncLocal)]));
        return new PlanStep(Chance(50) ? StepKind.StartAll : StepKind.StartAllAwaitBackwards, -1, catches, calls);
    }

    private PlanStep CancelParked(PlanScope scope, bool catches)
    {
        var parked = -1;
        var kind = SyncToAsync();
        var call = Node(kind, TokenUse.Own, id =>
        {
            var inside = scope.Below(kind, id, TokenUse.Own);
            if (!MayCall(inside) || Chance(40))
            {
                parked = id;
                return [Local(scope, StepKind.SetLocal), Do(StepKind.ParkUntilCancelled, id), .. Afterwards(inside)];
            }

            var inner = Node(Pick(CallKind.BlockingCall, CallKind.NewLoopCall), TokenUse.None, innerId =>
            {
                parked = innerId;
                return [AsyncLocal(StepKind.SetAsyncLocal), Do(StepKind.ParkUntilCancelled, id)];
            });
            return [new PlanStep(StepKind.Call, -1, Catches: Chance(50), [inner]), AsyncLocal(StepKind.SetAsyncLocal)];
        });
        return new PlanStep(StepKind.CancelParked, parked, catches, [call]);
    }

    private PlanStep CancelQueued(PlanScope scope, bool catches)
    {
        var holder = Node(CallKind.SensitiveCall, TokenUse.None, _ => [Do(StepKind.ParkUntilReleased), AsyncLocal(StepKind.SetAsyncLocal)]);
        var queued = Node(CallKind.SensitiveCall, TokenUse.Own, _ => [Local(scope, StepKind.SetLocal)]);
        return new PlanStep(StepKind.CancelQueued, holder.Id, catches, [holder, queued]);
    }

    private bool MayCall(PlanScope scope) => scope.Depth < MaxDepth && _budget > 0;

    private PlanStep Local(PlanScope scope, StepKind kind)
    {
        var keys = Enumerable.Range(0, PlanValues.Locals).Where(key => (scope.Locals & (1 << key)) != 0).ToArray();
        return keys.Length == 0 ? AsyncLocal(StepKind.SetAsyncLocal) : Do(kind, keys[_random.Next(keys.Length)]);
    }

    private PlanStep AsyncLocal(StepKind kind) => Do(kind, _random.Next(PlanValues.AsyncLocals));

    private CallKind SyncToAsync() => Pick(CallKind.SensitiveCall, CallKind.SensitiveCall, CallKind.PooledCall, CallKind.ExecutorCall);

    private CallKind Pick(params CallKind[] kinds) => kinds[_random.Next(kinds.Length)];

    private bool Chance(int percent) => _random.Next(100) < percent;

    private static List<PlanNode> Several(int count, Func<int, PlanNode> call) => [.. Enumerable.Range(0, count).Select(call)];
}
