using Xunit;

namespace Bridge.Testing.Tools;

/// <summary>A theory that needs <see cref="Tool.Python"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonTheoryAttribute : TheoryAttribute
{
    public PythonTheoryAttribute() => Skip = Tool.Python.SkipReason;
}
