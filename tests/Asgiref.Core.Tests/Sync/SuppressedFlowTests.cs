using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

/// <summary>
/// A caller that has suppressed the flow of its context: a call does not outlive it, so its values go in; but nothing is
/// put into a context that it said not to touch.
/// </summary>
public class SuppressedFlowTests
{
    private static readonly AsyncLocal<string?> Value = new();

    [Fact]
    [Covers("CTX-01")]
    public Task A_synchronous_function_sees_its_values() => OnThread.Run(() =>
    {
        Value.Value = "caller";
        SyncCall<string?> call;
        using (ExecutionContext.SuppressFlow())
        {
            call = SyncToAsync.Run<string?>(
                () =>
                {
                    var seen = Value.Value;
                    Value.Value = "function";
                    return seen;
                },
                SyncToAsyncOptions.Pooled);
            Assert.True(ExecutionContext.IsFlowSuppressed());
            var awaiter = call.GetAwaiter();
            SpinWait.SpinUntil(() => awaiter.IsCompleted, Deadline.Default);
            Assert.Equal("caller", awaiter.GetResult());
            Assert.Equal("caller", Value.Value);
            Assert.True(ExecutionContext.IsFlowSuppressed());
        }

        Assert.Equal("caller", Value.Value);
    });

    [Fact]
    [Covers("CTX-07")]
    public Task An_asynchronous_function_sees_its_values() => OnThread.Run(() =>
    {
        Value.Value = "caller";
        using (ExecutionContext.SuppressFlow())
        {
            var (seen, isSuppressed) = AsyncToSync.Run(async () =>
            {
                await Task.Yield();
                var seen = Value.Value;
                Value.Value = "function";
                return (seen, ExecutionContext.IsFlowSuppressed());
            });
            Assert.Equal(("caller", false), (seen, isSuppressed));
            Assert.True(ExecutionContext.IsFlowSuppressed());
        }

        Assert.Equal("caller", Value.Value);
    });

    [Fact]
    [Covers("CTX-09")]
    public Task A_context_captured_from_it_has_its_values() => OnThread.Run(() =>
    {
        Value.Value = "caller";
        CallContext context;
        using (ExecutionContext.SuppressFlow())
        {
            context = CallContext.Capture();
            Assert.True(ExecutionContext.IsFlowSuppressed());
        }

        Value.Value = "later";
        context.Run(() => Assert.Equal("caller", Value.Value));
    });
}
