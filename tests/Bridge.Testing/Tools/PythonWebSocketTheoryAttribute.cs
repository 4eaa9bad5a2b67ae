using Xunit;

namespace Bridge.Testing.Tools;

/// <summary>A theory that needs <see cref="Tool.PythonWebSocket"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PythonWebSocketTheoryAttribute : TheoryAttribute
{
    public PythonWebSocketTheoryAttribute() => Skip = Tool.PythonWebSocket.SkipReason;
}
