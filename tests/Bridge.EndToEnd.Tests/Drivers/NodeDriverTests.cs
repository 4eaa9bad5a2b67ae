using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Drivers;

[Collection(SharedBridge.Name)]
public sealed class NodeDriverTests(SharedBridge shared)
{
    [NodeTheory]
    [MemberData(nameof(DriverChecks.All), MemberType = typeof(DriverChecks))]
    public Task A_Node_driver_passes(string check)
    {
        Tool.Node.Require();
        return DriverChecks.PassesAsync(shared, "node", "checks.js", check);
    }

    [NodeTheory]
    [InlineData("echo", "a word")]
    [InlineData("wsgi", "")]
    public Task The_Node_sample_runs_as_its_readme_says(string application, string expected)
    {
        Tool.Node.Require();
        return DriverChecks.SampleAnswersAsync(shared.Samples, "node", application, expected);
    }
}
