namespace Asgiref.Core.Tests.Stress.Planning;

/// <summary>One call of a plan.</summary>
/// <param name="Id">Its number in the plan; callers have smaller ones than what they call.</param>
/// <param name="Kind">How it is called.</param>
/// <param name="Token">The token that the call is given.</param>
/// <param name="Form">Which of the library's overloads is used, 0 to 3.</param>
/// <param name="Steps">What its body does.</param>
internal sealed record PlanNode(int Id, CallKind Kind, TokenUse Token, int Form, IReadOnlyList<PlanStep> Steps);
