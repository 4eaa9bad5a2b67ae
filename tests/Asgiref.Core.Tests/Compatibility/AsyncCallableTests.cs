using System.Runtime.CompilerServices;
using Asgiref.Core.Compatibility;

namespace Asgiref.Core.Tests.Compatibility;

public sealed class AsyncCallableTests
{
    public static TheoryData<Delegate, bool> Functions => new()
    {
        { async () => await Task.Yield(), true },
        { () => Task.FromResult(1), true },
        { async ValueTask () => await Task.Yield(), true },
        { () => new ValueTask<int>(1), true },
        { Task.Yield, true },
        { async void () => await Task.Yield(), true },
        { EnumerateAsync, true },
        { Marked, true },
        { () => 1, false },
        { () => { }, false },
        { Unmarked, false },
        { (Func<ConfiguredTaskAwaitable>)(() => Task.CompletedTask.ConfigureAwait(false)), true },
    };

    [Theory]
    [MemberData(nameof(Functions))]
    [Covers("COMPAT-10")]
    public void A_function_is_async_if_its_result_can_be_awaited_or_it_says_so(Delegate function, bool isAsync) =>
        Assert.Equal(isAsync, AsyncCallable.IsAsync(function));

    private static async IAsyncEnumerable<int> EnumerateAsync()
    {
        await Task.Yield();
        yield return 1;
    }

    [AsyncCallable]
    private static object Marked() => Task.CompletedTask;

    private static object Unmarked() => Task.CompletedTask;
}
