using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Drivers;

[Collection(SharedBridge.Name)]
public sealed class GoDriverTests(SharedBridge shared)
{
    [GoTheory]
    [MemberData(nameof(DriverChecks.All), MemberType = typeof(DriverChecks))]
    public Task A_Go_driver_passes(string check)
    {
        Tool.Go.Require();
        return DriverChecks.PassesAsync(shared, "go", "checks.go", check);
    }

    [GoTheory]
    [InlineData("echo", "a word")]
    [InlineData("wsgi", "")]
    public Task The_Go_sample_runs_as_its_readme_says(string application, string expected)
    {
        Tool.Go.Require();
        return DriverChecks.SampleAnswersAsync(shared.Samples, "go", application, expected);
    }
}
