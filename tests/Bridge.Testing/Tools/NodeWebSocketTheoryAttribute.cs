using Xunit;

namespace Bridge.Testing.Tools;

/// <summary>A theory that needs <see cref="Tool.NodeWebSocket"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeWebSocketTheoryAttribute : TheoryAttribute
{
    public NodeWebSocketTheoryAttribute() => Skip = Tool.NodeWebSocket.SkipReason;
}
