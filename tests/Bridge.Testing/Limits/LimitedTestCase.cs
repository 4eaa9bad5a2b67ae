using System.Reflection;
using Xunit;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Bridge.Testing.Limits;

/// <summary>A test case as it was found, except that its tests are run by <see cref="LimitedTestRunner"/>.</summary>
#pragma warning disable xUnit3001 // It is made where the tests run, and never serialized.
internal sealed class LimitedTestCase(IXunitTestCase found) : LongLivedMarshalByRefObject, IXunitTestCase
#pragma warning restore xUnit3001
{
    public string DisplayName => found.DisplayName;

    public string SkipReason => found.SkipReason;

    public ISourceInformation SourceInformation
    {
        get => found.SourceInformation;
        set => found.SourceInformation = value;
    }

    public ITestMethod TestMethod => found.TestMethod;

    public object[] TestMethodArguments => found.TestMethodArguments;

    public Dictionary<string, List<string>> Traits => found.Traits;

    public string UniqueID => found.UniqueID;

    public Exception InitializationException => found.InitializationException;

    public IMethodInfo Method => found.Method;

    public int Timeout => found.Timeout;

    /// <summary>The case itself, where it is of a kind that runs no test, such as one that reports an error.</summary>
    public static IXunitTestCase Of(IXunitTestCase found) =>
        found.GetType() == typeof(XunitTestCase) || found.GetType() == typeof(XunitTheoryTestCase) ? new LimitedTestCase(found) : found;

    public Task<RunSummary> RunAsync(
        IMessageSink diagnosticMessageSink,
        IMessageBus messageBus,
        object[] constructorArguments,
        ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource) => found is XunitTheoryTestCase
        ? new TheoryRunner(found, constructorArguments, diagnosticMessageSink, messageBus, aggregator, cancellationTokenSource).RunAsync()
        : new Runner(found, constructorArguments, messageBus, aggregator, cancellationTokenSource).RunAsync();

    public void Deserialize(IXunitSerializationInfo info) => found.Deserialize(info);

    public void Serialize(IXunitSerializationInfo info) => found.Serialize(info);

    private sealed class Runner(
        IXunitTestCase found, object[] constructorArguments, IMessageBus bus, ExceptionAggregator aggregator, CancellationTokenSource cancellation)
        : XunitTestCaseRunner(
            found, found.DisplayName, found.SkipReason, constructorArguments, found.TestMethodArguments, bus, aggregator, cancellation)
    {
        protected override XunitTestRunner CreateTestRunner(
            ITest test,
            IMessageBus messageBus,
            Type testClass,
            object[] constructorArguments,
            MethodInfo testMethod,
            object[] testMethodArguments,
            string skipReason,
            IReadOnlyList<BeforeAfterTestAttribute> beforeAfterAttributes,
            ExceptionAggregator aggregator,
            CancellationTokenSource cancellationTokenSource) => new LimitedTestRunner(
            test, messageBus, testClass, constructorArguments, testMethod, testMethodArguments, skipReason, beforeAfterAttributes, aggregator, cancellationTokenSource);
    }

    private sealed class TheoryRunner(
        IXunitTestCase found,
        object[] constructorArguments,
        IMessageSink diagnostics,
        IMessageBus bus,
        ExceptionAggregator aggregator,
        CancellationTokenSource cancellation)
        : XunitTheoryTestCaseRunner(
            found, found.DisplayName, found.SkipReason, constructorArguments, diagnostics, bus, aggregator, cancellation)
    {
        protected override XunitTestRunner CreateTestRunner(
            ITest test,
            IMessageBus messageBus,
            Type testClass,
            object[] constructorArguments,
            MethodInfo testMethod,
            object[] testMethodArguments,
            string skipReason,
            IReadOnlyList<BeforeAfterTestAttribute> beforeAfterAttributes,
            ExceptionAggregator aggregator,
            CancellationTokenSource cancellationTokenSource) => new LimitedTestRunner(
            test, messageBus, testClass, constructorArguments, testMethod, testMethodArguments, skipReason, beforeAfterAttributes, aggregator, cancellationTokenSource);
    }
}
