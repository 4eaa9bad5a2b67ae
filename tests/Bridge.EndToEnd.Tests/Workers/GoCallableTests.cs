using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Workers;

[Collection(SharedBridge.Name)]
public sealed class GoCallableTests(SharedBridge shared)
{
    public static TheoryData<string> Checks => CallableChecks.All;

    [GoTheory]
    [MemberData(nameof(Checks))]
    public Task With_the_Go_samples(string check)
    {
        Tool.Go.Require();
        return CallableChecks.PassesAsync(shared, CallableSample.Go, check);
    }
}
