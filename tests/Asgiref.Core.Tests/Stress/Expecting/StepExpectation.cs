namespace Asgiref.Core.Tests.Stress.Expecting;

/// <summary>What a body must see before a step, or at its end.</summary>
/// <param name="Place">Where it runs.</param>
/// <param name="Locals">The Local values; null in a body that is left behind, because others go on with them.</param>
/// <param name="KnownLocals">Which of them are certain, a bit for each.</param>
/// <param name="AsyncLocals">The values of the AsyncLocals.</param>
/// <param name="IsCancelled">Whether the ambient token has fired.</param>
internal sealed record StepExpectation(Place Place, int[]? Locals, int KnownLocals, int[] AsyncLocals, bool IsCancelled);
