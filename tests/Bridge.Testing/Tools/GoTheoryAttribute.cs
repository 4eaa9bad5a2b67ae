using Xunit;

namespace Bridge.Testing.Tools;

/// <summary>A theory that needs <see cref="Tool.Go"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class GoTheoryAttribute : TheoryAttribute
{
    public GoTheoryAttribute() => Skip = Tool.Go.SkipReason;
}
