using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Workers;

[Collection(SharedBridge.Name)]
public sealed class NodeWorkerTests(SharedBridge shared)
{
    public static TheoryData<string> Checks => WorkerChecks.All;

    [NodeTheory]
    [MemberData(nameof(Checks))]
    public Task A_Node_worker_manages(string check)
    {
        Tool.Node.Require();
        return WorkerChecks.PassesAsync(shared, WorkerSample.Node, check);
    }
}
