using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Workers;

[Collection(SharedBridge.Name)]
public sealed class PythonCallableTests(SharedBridge shared)
{
    public static TheoryData<string> Checks => CallableChecks.All;

    [PythonTheory]
    [MemberData(nameof(Checks))]
    public Task With_the_Python_samples(string check)
    {
        Tool.Python.Require();
        return CallableChecks.PassesAsync(shared, CallableSample.Python, check);
    }
}
