using System.Collections.Immutable;

namespace Asgiref.Core.Tests.Stress.Planning;

/// <summary>What the place of a body in its plan allows it to do.</summary>
/// <param name="IsSync">Whether the body is synchronous.</param>
/// <param name="Depth">How many calls are around it.</param>
/// <param name="Locals">The Local values that it may use, a bit for each.</param>
/// <param name="Targets">
/// The nodes whose tokens it may fire: those between which and here every synchronous call waits in AsyncToSync, so that
/// the outcome of each is certain.
/// </param>
/// <param name="MayLeave">Whether a cancellation leaves exactly this body behind, to run on unobserved.</param>
/// <param name="HasLoop">Whether the body has an event loop for itself, which ends with it.</param>
internal sealed record PlanScope(bool IsSync, int Depth, int Locals, ImmutableArray<int> Targets, bool MayLeave, bool HasLoop)
{
    public bool MayCancel => !Targets.IsEmpty && (!IsSync || MayLeave);

    /// <summary>The scope of a body that this one calls.</summary>
    public PlanScope Below(CallKind kind, int id, TokenUse token)
    {
        var keepsTargets = kind is not (CallKind.Shielded or CallKind.PlainThread or CallKind.HandMadeLoop);
        var targets = keepsTargets ? Targets : [];
        return new PlanScope(
            kind.IsSync(),
            Depth + 1,
            kind == CallKind.PlainThread ? PlanValues.AllLocals : Locals,
            token == TokenUse.Own ? targets.Add(id) : targets,
            MayLeave: kind.IsSyncToAsync(),
            HasLoop: kind == CallKind.NewLoopCall);
    }

    /// <summary>For one of several calls that run at the same time: none may cancel what the others are in.</summary>
    public PlanScope Part(int call, int calls) =>
        this with { Locals = PlanValues.PartOf(Locals, call, calls), Targets = [] };

    /// <summary>For a call whose CallContext is used again: it must have ended when its caller goes on.</summary>
    public PlanScope WithoutTargets() => this with { Targets = [] };
}
