using Asgiref.Core.Tests.Stress.Planning;

namespace Asgiref.Core.Tests.Stress.Expecting;

/// <summary>What each kind of call means for the body's place and values.</summary>
internal static class ModelCalls
{
    /// <summary>Where a SyncToAsync call runs.</summary>
    public static Place PlaceOf(PlanNode node, ModelState state) => node.Kind switch
    {
        CallKind.SensitiveCall => state.SensitivePlace,
        CallKind.PooledCall when !(state.Loop is not null && state.LoopHasOwnExecutor) => new Place(PlaceKind.Pool),
        _ => new Place(PlaceKind.OwnExecutor),
    };

    /// <summary>The state in the body of a SyncToAsync call.</summary>
    public static ModelState Enter(PlanNode node, ModelState state, Place place)
    {
        var isSensitive = node.Kind == CallKind.SensitiveCall;
        return WithToken(node, state) with
        {
            Thread = place,
            IsInCall = true,
            IsInSensitiveCall = isSensitive,
            Held = isSensitive ? state.Held.Add(place) : state.Held,
        };
    }

    /// <summary>The state in the body of any other call.</summary>
    public static ModelState Enter(PlanNode node, ModelState state)
    {
        state = WithToken(node, state);
        return node.Kind switch
        {
            CallKind.Shielded => state with { Tokens = [] },
            CallKind.CreatedTask => state with { IsOnLoop = state.Loop is not null },
            CallKind.SensitiveScope => state with { SensitiveContext = state.SensitiveContext ?? new Place(PlaceKind.SensitiveContext, node.Id) },
            CallKind.SingleThreadScope => state with { SingleThreadLoop = state.SingleThreadLoop ?? NewLoop(node) },
            CallKind.HandMadeLoop => state with { Loop = NewLoop(node), LoopHasOwnExecutor = false, IsOnLoop = true },
            CallKind.BlockingCall or CallKind.NewLoopCall => EnterLoop(node, state),
            CallKind.PlainThread => state with
            {
                Thread = new Place(PlaceKind.OwnThread, node.Id),
                IsInCall = false,
                KnownLocals = PlanValues.AllLocals,
            },
            _ => state,
        };
    }

    /// <summary>The context that the body begins with.</summary>
    public static ModelValues Enter(PlanNode node, ModelValues values) => node.Kind switch
    {
        CallKind.CreatedTask or CallKind.HandMadeLoop => values.Fork(),
        // A thread that is started by hand begins empty (LOCAL-14), but inherits AsyncLocals (MAP-07).
        CallKind.PlainThread => new ModelValues(new ModelLocals(), values.AsyncLocals),
        _ => values.Share(),
    };

    /// <summary>Whether the AsyncLocals of the body's end reach its caller.</summary>
    public static bool BringsBack(CallKind kind) => kind
        is CallKind.AwaitedAsgiTask or CallKind.SensitiveScope
        or CallKind.BlockingCall or CallKind.NewLoopCall or CallKind.SingleThreadScope;

    private static ModelState EnterLoop(PlanNode node, ModelState state)
    {
        var pump = state.IsInCall && !state.IsInSensitiveCall ? state.Pump : new Place(PlaceKind.BlockedCaller, node.Id);
        var isAround = node.Kind == CallKind.BlockingCall && state.IsInCall && state.Loop is not null;
        var kept = isAround ? state.Loop : node.Kind == CallKind.BlockingCall ? state.SingleThreadLoop : null;
        return state with
        {
            Loop = kept ?? NewLoop(node),
            LoopHasOwnExecutor = isAround && state.LoopHasOwnExecutor,
            IsOnLoop = true,
            Pump = pump,
        };
    }

    private static ModelState WithToken(PlanNode node, ModelState state) =>
        node.Token == TokenUse.None ? state : state with { Tokens = state.Tokens.Add(node.Id) };

    private static Place NewLoop(PlanNode node) => new(PlaceKind.Loop, node.Id);
}
