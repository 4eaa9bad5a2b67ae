using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

/// <summary>Which functions the two wrappers take, in which shapes, and what they refuse.</summary>
public class WrappingTests
{
    private static readonly AsyncLocal<string?> Value = new();

    [Fact]
    [Covers("SYNC-01", "TYPE-08")]
    public async Task Synchronous_functions_of_each_shape_keep_the_types_of_argument_and_result()
    {
        var seen = new List<string>();
        SyncToAsyncAction nothing = SyncToAsync.Wrap(() => seen.Add("nothing"));
        SyncToAsyncAction<(int Number, string? Text)> argument = SyncToAsync.Wrap(((int Number, string? Text) pair) => seen.Add(pair.Text ?? "none"));
        SyncToAsync<(int Number, string? Text)> result = SyncToAsync.Wrap(() => (Number: 1, Text: (string?)null));
        SyncToAsync<string, int> both = SyncToAsync.Wrap((string text) => text.Length);

        await nothing.InvokeAsync().AsTask().WithDeadline();
        await argument.InvokeAsync((1, null)).AsTask().WithDeadline();
        Task<(int Number, string? Text)> pair = result.InvokeAsync();
        Task<int> length = both.InvokeAsync("four");

        Assert.Equal(["nothing", "none"], seen);
        Assert.Equal((1, null), await pair.WithDeadline());
        Assert.Equal(4, await length.WithDeadline());
        await SyncToAsync.Run(static list => list.Add("argument of an action"), seen).AsTask().WithDeadline();
        Assert.Equal("argument of an action", seen[^1]);
    }

    [Fact]
    [Covers("A2S-01", "TYPE-08")]
    public Task Asynchronous_functions_of_each_shape_keep_the_types_of_argument_and_result() => OnThread.Run(() =>
    {
        var calls = new Callables();
        AsyncToSync.Wrap(calls.TaskAsync).Invoke();
        AsyncToSync.Wrap(calls.ValueTaskAsync).Invoke();
        AsyncToSync.Wrap(calls.AsgiTaskAsync).Invoke();
        AsyncToSync.Wrap<string>(calls.TaskOfAsync).Invoke("1");
        AsyncToSync.Wrap<string>(calls.ValueTaskOfAsync).Invoke("2");
        AsyncToSync.Wrap<string>(calls.AsgiTaskOfAsync).Invoke("3");
        Assert.Equal("Task ValueTask AsgiTask 1 2 3", string.Join(' ', calls.Seen));

        AsyncToSync<(int Number, string? Text)> result = AsyncToSync.Wrap(async Task<(int Number, string? Text)> () => (1, null));
        AsyncToSync<string, int> both = AsyncToSync.Wrap<string, int>(Callables.LengthAsync);
        Assert.Equal((1, null), result.Invoke());
        Assert.Equal(4, both.Invoke("four"));
        Assert.Equal(4, AsyncToSync.Wrap<string, int>(Callables.LengthOfValueTaskAsync).Invoke("four"));
        Assert.Equal(4, AsyncToSync.Wrap<string, int>(Callables.LengthOfAsgiTaskAsync).Invoke("four"));
        Assert.Equal(4, AsyncToSync.Wrap(Callables.FourOfValueTaskAsync).Invoke());
        Assert.Same(calls, AsyncToSync.Wrap(calls.ValueTaskAsync).Target);
    });

    [Fact]
    [Covers("CTX-07")]
    public Task Wrapped_lambdas_and_methods_of_the_librarys_task_bring_their_changes_back() => OnThread.Run(() =>
    {
        Value.Value = "0";
        AsyncToSync.Wrap(async () => { Value.Value += "1"; }).Invoke();
        AsyncToSync.Wrap(async (string text) => { Value.Value += text; }).Invoke("2");
        Assert.Equal("0123", AsyncToSync.Wrap(async (string text) => Value.Value += text).Invoke("3"));
        AsyncToSync.Wrap((Delegate)ChangeAsync).Invoke(["4"]);
        Assert.Equal("01234", Value.Value);

        static async AsgiTask ChangeAsync(string text)
        {
            await Task.Yield();
            Value.Value += text;
        }
    });

    [Fact]
    [Covers("A2S-01", "CANC-16")]
    public Task A_token_given_to_a_wrapped_function_is_its_ambient_one() => OnThread.Run(() =>
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var isCancelled = AsyncToSync.Wrap(() => Task.FromResult(AsgiCancellation.Token.IsCancellationRequested));
        var isCancelledFor = AsyncToSync.Wrap((int _) => new ValueTask<bool>(AsgiCancellation.Token.IsCancellationRequested));
        Assert.True(isCancelled.Invoke(cancellation.Token));
        Assert.False(isCancelled.Invoke());
        Assert.True(isCancelledFor.Invoke(1, cancellation.Token));
    });

    [Fact]
    [Covers("A2S-06", "A2S-08")]
    public Task The_untyped_wrapper_takes_whatever_can_be_awaited() => OnThread.Run(() =>
    {
        var error = new TimeZoneNotFoundException();
        var callable = new CallableObject("a");
        Assert.Equal("ab", AsyncToSync.Wrap((Delegate)callable.InvokeAsync).Invoke(["b"]));
        Assert.Same(callable, AsyncToSync.Wrap((Delegate)callable.InvokeAsync).Target);
        Assert.Null(AsyncToSync.Wrap((Delegate)(() => Task.CompletedTask)).Invoke([]));
        Assert.Equal(4, AsyncToSync.Wrap((Delegate)Callables.LengthOfValueTaskAsync).Invoke(["four"]));
        Assert.Equal(4, AsyncToSync.Wrap((Delegate)Callables.LengthOfAsgiTaskAsync).Invoke(["four"]));
        Assert.Equal("awaited", AsyncToSync.Wrap((Delegate)(() => new CustomAwaitable())).Invoke([]));
        Assert.Same(error, Assert.Throws<TimeZoneNotFoundException>(() => AsyncToSync.Wrap((Delegate)FailAsync).Invoke([])));
        Assert.Same(error, Assert.Throws<TimeZoneNotFoundException>(() => AsyncToSync.Wrap((Delegate)FailAtOnce).Invoke([])));
        Assert.Equal(
            "The asynchronous function returned null instead of a task.",
            Assert.Throws<InvalidOperationException>(() => AsyncToSync.Wrap((Delegate)GiveNoTask).Invoke([])).Message);
        Assert.Throws<TargetParameterCountException>(() => AsyncToSync.Wrap((Delegate)FailAsync).Invoke(["too many"]));

        async Task FailAsync()
        {
            await Task.Yield();
            throw error;
        }

        Task FailAtOnce() => throw error;
        Task GiveNoTask() => null!;
    });

    [Fact]
    [Covers("A2S-07", "A2S-08")]
    public void The_untyped_wrapper_refuses_at_once_what_can_not_be_awaited()
    {
        static async void AsyncVoid() => await Task.Yield();
        static int Synchronous() => 1;

        var error = Assert.Throws<ArgumentException>(() => AsyncToSync.Wrap((Delegate)Synchronous));
        Assert.Contains("async_to_sync can only be applied to async functions", error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Synchronous), error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => AsyncToSync.Wrap((Delegate)AsyncVoid));
        Assert.Throws<ArgumentException>(() => AsyncToSync.Wrap((Delegate)Sequence));
        Assert.Throws<ArgumentNullException>(() => AsyncToSync.Wrap((Delegate)null!));
        Assert.Throws<ArgumentNullException>(() => AsyncToSync.Wrap((Func<ValueTask>)null!));

        static async IAsyncEnumerable<int> Sequence()
        {
            await Task.Yield();
            yield return 1;
        }
    }

    [Fact]
    [Covers("SYNC-08")]
    public void The_untyped_wrapper_refuses_what_is_no_function()
    {
        Assert.ThrowsAny<ArgumentException>(() => SyncToAsync.Wrap((Delegate)null!));
        Assert.ThrowsAny<ArgumentException>(() => SyncToAsync.Wrap((Action)null!));
        Assert.ThrowsAny<ArgumentException>(() => { _ = SyncToAsync.Run((Action)null!); });
    }

    [Fact]
    [Covers("SYNC-09")]
    public void An_async_void_function_is_refused_by_its_name_before_it_runs()
    {
        var ran = false;
        var callable = new AsyncVoidObject();
        Action lambda = async () =>
        {
            ran = true;
            await Task.Yield();
        };

        var error = Assert.Throws<ArgumentException>(() => { _ = SyncToAsync.Run(callable.NotifyAsync); });
        Assert.StartsWith(
            "sync_to_async can only be applied to sync functions; AsyncVoidObject.NotifyAsync is async void, so that nobody could wait for its end: " +
            "let it return a Task and just await it.",
            error.Message,
            StringComparison.Ordinal);
        Assert.Equal("action", error.ParamName);
        Assert.Throws<ArgumentException>(() => { _ = SyncToAsync.Run(callable.NotifyOfAsync, 1); });
        Assert.Throws<ArgumentException>(() => { _ = SyncToAsync.Run(AsyncVoidObject.NotifyAllAsync); });
        Assert.Throws<ArgumentException>(() => { _ = SyncToAsync.Run(new Derived().NotifyAsync); });
        Assert.Throws<ArgumentException>(() => { _ = SyncToAsync.Run(lambda); });
        Assert.Throws<ArgumentException>(() => SyncToAsync.Wrap(lambda));
        Assert.Throws<ArgumentException>(() => SyncToAsync.Wrap<int>(callable.NotifyOfAsync));
        Assert.False(ran);
        Assert.False(callable.Ran);
    }

    [Fact]
    [Covers("SYNC-09")]
    public async Task A_synchronous_method_beside_an_async_void_one_is_taken()
    {
        var callable = new AsyncVoidObject();
        await SyncToAsync.Run(callable.Run).AsTask().WithDeadline();
        Assert.True(callable.Ran);
    }

    [Fact]
    [Covers("A2S-32")]
    public async Task Stack_traces_of_wrapped_functions_show_none_of_the_adapters()
    {
        var error = await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => OnThread.Run(() => AsyncToSync.Wrap<int>(Fail).Invoke(1)));
        var trace = new StackTrace(error).ToString();
        Assert.Contains(nameof(Fail), trace, StringComparison.Ordinal);
        Assert.DoesNotContain("Asgiref.Core.Sync.", trace, StringComparison.Ordinal);

        static Task Fail(int number) => throw new TimeZoneNotFoundException($"{number}");
    }

    private sealed class Callables
    {
        public List<string> Seen { get; } = [];

        public static Task<int> LengthAsync(string text) => Task.FromResult(text.Length);

        public static async ValueTask<int> LengthOfValueTaskAsync(string text) => await Task.FromResult(text.Length);

        public static async AsgiTask<int> LengthOfAsgiTaskAsync(string text) => await Task.FromResult(text.Length);

        public static ValueTask<int> FourOfValueTaskAsync() => new(4);

        public Task TaskAsync() => AddAsync("Task");

        public ValueTask ValueTaskAsync() => new(AddAsync("ValueTask"));

        public async AsgiTask AsgiTaskAsync() => await AddAsync("AsgiTask");

        public Task TaskOfAsync(string text) => AddAsync(text);

        public ValueTask ValueTaskOfAsync(string text) => new(AddAsync(text));

        public async AsgiTask AsgiTaskOfAsync(string text) => await AddAsync(text);

        private async Task AddAsync(string text)
        {
            await Task.Yield();
            Seen.Add(text);
        }
    }

    private sealed class CallableObject(string prefix)
    {
        public async Task<string> InvokeAsync(string text)
        {
            await Task.Yield();
            return prefix + text;
        }
    }

    private class AsyncVoidObject
    {
        public bool Ran { get; private set; }

        public static async void NotifyAllAsync() => await Task.Yield();

        public async void NotifyAsync()
        {
            Ran = true;
            await Task.Yield();
        }

        public async void NotifyOfAsync(int number)
        {
            Ran = number > 0;
            await Task.Yield();
        }

        public void Run() => Ran = true;
    }

    private sealed class Derived : AsyncVoidObject;

    private sealed class CustomAwaitable
    {
        public CustomAwaiter GetAwaiter() => new();
    }

    private sealed class CustomAwaiter : INotifyCompletion
    {
        public bool IsCompleted { get; private set; }

        public void OnCompleted(Action continuation)
        {
            IsCompleted = true;
            ThreadPool.QueueUserWorkItem(_ => continuation());
        }

        public string GetResult() => IsCompleted ? "awaited" : "not awaited";
    }
}
