using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Workers;

[Collection(SharedBridge.Name)]
public sealed class NodeCallableTests(SharedBridge shared)
{
    public static TheoryData<string> Checks => CallableChecks.All;

    [NodeTheory]
    [MemberData(nameof(Checks))]
    public Task With_the_Node_samples(string check)
    {
        Tool.Node.Require();
        return CallableChecks.PassesAsync(shared, CallableSample.Node, check);
    }
}
