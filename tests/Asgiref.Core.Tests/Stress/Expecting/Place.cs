namespace Asgiref.Core.Tests.Stress.Expecting;

/// <summary>Where a body must run; two bodies with equal places run on the same thread.</summary>
/// <param name="Kind">The kind of thread.</param>
/// <param name="Node">The node that the thread came with; 0 where there is only one.</param>
internal readonly record struct Place(PlaceKind Kind, int Node = 0)
{
    public override string ToString() => Node == 0 ? $"{Kind}" : $"{Kind} of #{Node}";
}
