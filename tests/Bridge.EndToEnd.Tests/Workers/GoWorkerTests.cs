using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Workers;

[Collection(SharedBridge.Name)]
public sealed class GoWorkerTests(SharedBridge shared)
{
    public static TheoryData<string> Checks => WorkerChecks.All;

    [GoTheory]
    [MemberData(nameof(Checks))]
    public Task A_Go_worker_manages(string check)
    {
        Tool.Go.Require();
        return WorkerChecks.PassesAsync(shared, WorkerSample.Go, check);
    }
}
