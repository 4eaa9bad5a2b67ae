using Xunit;

namespace Bridge.Testing.Tools;

/// <summary>A theory that needs <see cref="Tool.SignalR"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SignalRTheoryAttribute : TheoryAttribute
{
    public SignalRTheoryAttribute() => Skip = Tool.SignalR.SkipReason;
}
