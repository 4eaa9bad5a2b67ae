using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Workers;

[Collection(SharedBridge.Name)]
public sealed class PythonWorkerTests(SharedBridge shared)
{
    public static TheoryData<string> Checks => WorkerChecks.All;

    [PythonTheory]
    [MemberData(nameof(Checks))]
    public Task A_Python_worker_manages(string check)
    {
        Tool.Python.Require();
        return WorkerChecks.PassesAsync(shared, WorkerSample.Python, check);
    }
}
