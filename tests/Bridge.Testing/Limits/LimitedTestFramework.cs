using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Bridge.Testing.Limits;

/// <summary>
/// xunit, with an end to every test: one that hangs fails after twice <see cref="Deadline.Default"/>, later than a wait of
/// its own would. xunit's own <c>Timeout</c> does not see a test that blocks its thread, as most of <c>AsyncToSync</c> do.
/// </summary>
/// <example><c>[assembly: TestFramework("Bridge.Testing.Limits.LimitedTestFramework", "Bridge.Testing")]</c></example>
public sealed class LimitedTestFramework(IMessageSink diagnostics) : XunitTestFramework(diagnostics)
{
    protected override ITestFrameworkExecutor CreateExecutor(AssemblyName assemblyName) =>
        new Executor(assemblyName, SourceInformationProvider, DiagnosticMessageSink);

    private sealed class Executor(AssemblyName assembly, ISourceInformationProvider sources, IMessageSink diagnostics)
        : XunitTestFrameworkExecutor(assembly, sources, diagnostics)
    {
        protected override void RunTestCases(
            IEnumerable<IXunitTestCase> testCases,
            IMessageSink executionMessageSink,
            ITestFrameworkExecutionOptions executionOptions) =>
            base.RunTestCases(testCases.Select(LimitedTestCase.Of), executionMessageSink, executionOptions);
    }
}
