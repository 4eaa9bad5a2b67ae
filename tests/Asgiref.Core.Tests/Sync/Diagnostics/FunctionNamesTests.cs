using Asgiref.Core.Sync;
using Asgiref.Core.Sync.Diagnostics;
using Asgiref.Core.Sync.Loops;
using Asgiref.Core.Sync.Work;

namespace Asgiref.Core.Tests.Sync.Diagnostics;

/// <summary>What the work of an executor is called in reports.</summary>
public class FunctionNamesTests
{
    [Fact]
    public void A_call_has_the_name_of_its_function_until_it_ends_and_other_work_that_of_its_type()
    {
        var call = new ActionWork(Function);
        call.Submit(SyncToAsyncOptions.Pooled with { Executor = new IdleExecutor() }, CancellationToken.None);
        Assert.Equal("FunctionNamesTests.Function", FunctionNames.Of(call));
        call.Execute();
        Assert.Null(FunctionNames.Of(call));

        Assert.Equal(nameof(OtherWork), FunctionNames.Of(new OtherWork()));
    }

    [Fact]
    public void A_callback_on_a_loop_goes_by_the_function_or_method_in_it_or_else_by_its_own_name()
    {
        Assert.Equal("FunctionNamesTests.Callback", Of(null));
        Assert.Equal("FunctionNamesTests.Callback", Of("state"));
        Assert.Equal("FunctionNamesTests.Function", Of((Action)Function));

        // Tasks that continue no method.
        Assert.Equal("FunctionNamesTests.Callback", Of(new Task(Function)));
        Assert.Equal("FunctionNamesTests.Callback", Of(Task.FromResult(1)));
        Assert.Equal("FunctionNamesTests.Callback", Of(Task.FromResult(new { Anonymous = 1 })));

        static string Of(object? state) => FunctionNames.Of(new LoopItem(Callback, state));
    }

    private static void Function()
    {
    }

    private static void Callback(object? state)
    {
    }

    private sealed class OtherWork : IExecutorWork
    {
        public void Execute()
        {
        }

        public void Refuse(Exception reason)
        {
        }
    }

    /// <summary>Leaves it to the test to run what it was given.</summary>
    private sealed class IdleExecutor : IWorkExecutor
    {
        public void Submit(IExecutorWork work)
        {
        }
    }
}
