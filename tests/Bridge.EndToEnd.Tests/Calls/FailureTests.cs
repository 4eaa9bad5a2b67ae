using Asgiref.Core.Callables;
using CallWorker;

namespace Bridge.EndToEnd.Tests.Calls;

/// <summary>What a caller gets that gets no result.</summary>
[Collection(CallProcesses.Name)]
public sealed class FailureTests(CallProcesses processes)
{
    private const string Described =
        "remote System.InvalidOperationException: the failure" +
        " <- remote System.AggregateException: both (the first cause) (the second cause)" +
        " <- remote System.FormatException: the first cause <- remote System.ArgumentException: the second cause";

    private readonly CallField _field = processes.Field;

    [Theory]
    [InlineData("w1.fail")]
    [InlineData("bridge.fail")]
    [InlineData("w1.sync bridge.async w2.fail")]
    [InlineData("w1.async here.sync bridge.fail")]
    public async Task An_exception_comes_back_with_type_message_stack_and_causes_through_any_number_of_processes(string way)
    {
        var error = await Assert.ThrowsAsync<RemoteCallException>(() => _field.Route.CallAsync(way.Split(' ')).AsTask().WithDeadline());
        Assert.Equal((way.Split(' ')[0], "System.InvalidOperationException", "the failure"), (error.Callable, error.TypeName, error.Message));
        Assert.Contains("CallWorker.Deeds", error.RemoteStackTrace, StringComparison.Ordinal);
        var both = Assert.Single(error.Causes);
        Assert.Same(both, error.InnerException);
        Assert.Equal(["System.FormatException", "System.ArgumentException"], both.Causes.Select(cause => cause.TypeName));
        Assert.Contains("CallWorker.Deeds", both.Causes[0].RemoteStackTrace, StringComparison.Ordinal);
        Assert.Null(both.Causes[1].RemoteStackTrace);
        Assert.Equal(Described, Deeds.Describe(error));
    }

    [Theory]
    [InlineData("w1.catch here.fail")]
    [InlineData("w1.catch w2.fail")]
    [InlineData("w1.catch bridge.fail")]
    [InlineData("bridge.catch here.sync w1.fail")]
    public async Task So_it_does_for_a_caller_elsewhere(string way)
    {
        var visits = await _field.Route.CallAsync(way.Split(' ')).AsTask().WithDeadline();
        Assert.Equal(Described, visits[^1].Text);
    }

    [Fact]
    public async Task A_name_that_nobody_has_is_refused_wherever_it_is_called()
    {
        foreach (var caller in new[] { "here", "w1", "bridge" })
        {
            var visits = await _field.Route.CallAsync([$"{caller}.catch", "nobody.sync"]).AsTask().WithDeadline();
            Assert.Equal("CallRefusedException: There is no callable nobody.sync.", visits[^1].Text);
        }
    }
}
