using Xunit;

namespace Bridge.Testing.Tools;

/// <summary>A test that needs <see cref="Tool.Ngircd"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NgircdFactAttribute : FactAttribute
{
    public NgircdFactAttribute() => Skip = Tool.Ngircd.SkipReason;
}
