using Xunit;

namespace Bridge.Testing.Tools;

/// <summary>A fact that needs <see cref="Tool.Wrk"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WrkFactAttribute : FactAttribute
{
    public WrkFactAttribute() => Skip = Tool.Wrk.SkipReason;
}
