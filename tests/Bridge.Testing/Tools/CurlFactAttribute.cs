using Xunit;

namespace Bridge.Testing.Tools;

/// <summary>A fact that needs <see cref="Tool.Curl"/>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CurlFactAttribute : FactAttribute
{
    public CurlFactAttribute() => Skip = Tool.Curl.SkipReason;
}
