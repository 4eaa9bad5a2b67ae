using Xunit;

namespace Bridge.Testing.Tools;

/// <summary>A theory that needs <see cref="Tool.Node"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeTheoryAttribute : TheoryAttribute
{
    public NodeTheoryAttribute() => Skip = Tool.Node.SkipReason;
}
