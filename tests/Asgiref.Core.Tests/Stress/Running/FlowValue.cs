namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>A context value that tells who set it.</summary>
/// <param name="Flow">The flow's number.</param>
/// <param name="Value">The value of the model.</param>
internal sealed record FlowValue(int Flow, int Value);
