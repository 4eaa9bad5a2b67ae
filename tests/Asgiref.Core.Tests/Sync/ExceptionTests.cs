using System.Runtime.CompilerServices;
using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

public class ExceptionTests
{
    private static readonly TimeZoneNotFoundException Error = new();

    [Fact]
    [Covers("EXC-01", "MAP-10")]
    public async Task The_awaiting_code_gets_the_same_object_that_the_function_threw()
    {
        var thrown = await Assert.ThrowsAsync<TimeZoneNotFoundException>(async () => await SyncToAsync.Run(() => throw Error));
        Assert.Same(Error, thrown);
    }

    [Fact]
    [Covers("EXC-02", "MAP-10")]
    public Task The_blocked_caller_gets_the_same_object_that_the_function_threw() => OnThread.Run(() =>
    {
        Assert.Same(Error, Assert.Throws<TimeZoneNotFoundException>(() => AsyncToSync.Run(Task () => throw Error)));
        Assert.Same(Error, Assert.Throws<TimeZoneNotFoundException>(() => AsyncToSync.Run(async Task () =>
        {
            await Task.Yield();
            throw Error;
        })));
    });

    [Fact]
    [Covers("EXC-04")]
    public Task A_blocking_call_in_a_catch_block_does_not_throw_that_exception_again() => OnThread.Run(() =>
    {
        try
        {
            throw Error;
        }
        catch (TimeZoneNotFoundException)
        {
            Assert.Equal(1, AsyncToSync.Run(async () => await Task.FromResult(1)));
        }
    });

    [Fact]
    [Covers("EXC-07", "CTE-10")]
    public async Task An_ended_call_keeps_nothing_of_its_function()
    {
        var (call, argument) = Fail();
        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => call.AsTask().WithDeadline());
        await WaitUntil.CollectedAsync(() => !argument.IsAlive);
        GC.KeepAlive(call);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static (SyncCall<int> Call, WeakReference Argument) Fail()
        {
            var argument = new object();
            return (SyncToAsync.Run<object, int>(static _ => throw new TimeZoneNotFoundException(), argument), new WeakReference(argument));
        }
    }
}
