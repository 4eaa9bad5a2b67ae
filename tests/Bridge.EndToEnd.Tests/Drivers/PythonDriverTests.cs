using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Drivers;

[Collection(SharedBridge.Name)]
public sealed class PythonDriverTests(SharedBridge shared)
{
    [PythonTheory]
    [MemberData(nameof(DriverChecks.All), MemberType = typeof(DriverChecks))]
    public Task A_Python_driver_passes(string check)
    {
        Tool.Python.Require();
        return DriverChecks.PassesAsync(shared, "python", "checks.py", check);
    }

    [PythonTheory]
    [InlineData("echo", "a word")]
    [InlineData("wsgi", "")]
    public Task The_Python_sample_runs_as_its_readme_says(string application, string expected)
    {
        Tool.Python.Require();
        return DriverChecks.SampleAnswersAsync(shared.Samples, "python", application, expected);
    }
}
