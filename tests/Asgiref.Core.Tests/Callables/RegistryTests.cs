using Asgiref.Core.Callables;
using Asgiref.Core.Sync;
using Asgiref.Core.Tests.Callables.Network;

namespace Asgiref.Core.Tests.Callables;

public class RegistryTests
{
    private readonly CallableRegistry _registry = new();

    [Theory]
    [InlineData(0)]
    [InlineData(129)]
    public void A_name_has_1_to_128_characters(int length)
    {
        var error = Assert.Throws<ArgumentException>(() => _registry.Add(new string('a', length), static () => 1));
        Assert.Contains($"this one has {length}", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => _registry.SyncToAsync<int, int>(new string('a', length)));
    }

    [Fact]
    public void A_name_is_registered_once()
    {
        _registry.Add("twice", static () => 1);
        var error = Assert.Throws<ArgumentException>(() => _registry.AddAsync("twice", static () => Task.CompletedTask));
        Assert.Contains("'twice' is registered already", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_without_a_form_on_the_wire_is_refused() =>
        Assert.Throws<ArgumentException>(() => _registry.Add("\ud800", static () => 1));

    [Fact]
    [Covers("SYNC-09")]
    public void An_asynchronous_function_is_not_registered_as_a_synchronous_one()
    {
        var error = Assert.Throws<ArgumentException>(() => _registry.Add("task", (int value) => Task.FromResult(value)));
        Assert.Contains("can only be applied to sync functions", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => _registry.Add("void", static async () => await Task.Yield()));
        Assert.Empty(_registry.Callables);
    }

    [Fact]
    public void What_is_registered_is_described()
    {
        _registry
            .Add("sync", static (int value) => value.ToString(null, null))
            .Add("pooled", static () => { }, CallableSettings.Pooled)
            .AddAsync("async", static (byte[] value) => Task.FromResult(value.Length))
            .AddStream("stream", static (_) => AsyncEnumerable.Empty<long>())
            .AddRemote("elsewhere", new MemoryNetwork().Add().Route);
        Assert.Equal(
            [
                new CallableDescription("async", CallableKind.Async, ThreadAffinity.Sensitive, "System.Byte[]", "System.Int32"),
                new CallableDescription("pooled", CallableKind.Sync, ThreadAffinity.Pooled, "", ""),
                new CallableDescription("stream", CallableKind.Stream, ThreadAffinity.Sensitive, "", "System.Int64"),
                new CallableDescription("sync", CallableKind.Sync, ThreadAffinity.Sensitive, "System.Int32", "System.String"),
            ],
            _registry.Callables.OrderBy(callable => callable.Name, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_function_of_this_process_is_called_without_encoding()
    {
        var argument = new object();
        _registry.Add("same", static (object value) => value).AddAsync("later", static async (object value) =>
        {
            await Task.Yield();
            return value;
        });
        Assert.Same(argument, await _registry.SyncToAsync<object, object>("same").InvokeAsync(argument));
        Assert.Same(argument, await _registry.CallAsync<object, object>("later", argument));
        Assert.Same(argument, await Task.Run(() => _registry.AsyncToSync<object, object>("later").Invoke(argument)).WithDeadline());
        Assert.Same(argument, await Task.Run(() => _registry.Call<object, object>("same", argument)).WithDeadline());
    }

    [Fact]
    [Covers("EXC-01")]
    public async Task A_function_of_this_process_throws_its_own_exception()
    {
        var error = new FormatException();
        _registry.Add<int>("sync", _ => throw error).AddAsync<int>("async", (int _) => throw error);
        Assert.Same(error, await Assert.ThrowsAsync<FormatException>(async () => await _registry.CallAsync<int, NoValue>("sync", 1)));
        Assert.Same(error, await Assert.ThrowsAsync<FormatException>(async () => await _registry.CallAsync<int, NoValue>("async", 1)));
    }

    [Fact]
    public async Task A_synchronous_function_that_is_called_blocking_runs_on_the_blocked_thread()
    {
        _registry.Add("thread", static () => Thread.CurrentThread);
        await Sync.OnThread.Run(() => Assert.Same(Thread.CurrentThread, _registry.AsyncToSync<NoValue, Thread>("thread").Invoke()));
    }

    [Fact]
    public async Task A_token_reaches_an_asynchronous_function_of_this_process()
    {
        using var source = new CancellationTokenSource();
        var entered = new TaskCompletionSource();
        _registry.AddAsync("wait", async token =>
        {
            Assert.Equal(token, AsgiCancellation.Token);
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        });
        var call = _registry.SyncToAsync<NoValue, NoValue>("wait").InvokeAsync(source.Token).AsTask();
        await entered.Task.WithDeadline();
        Assert.False(AsgiCancellation.Token.CanBeCanceled);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WithDeadline());
    }

    [Fact]
    public async Task A_function_that_is_asked_for_with_other_types_says_which_it_has()
    {
        _registry.Add("length", static (string text) => text.Length);
        var error = await Assert.ThrowsAsync<CallArgumentException>(async () => await _registry.CallAsync<int, int>("length", 1));
        Assert.Equal("'length' is Sync and takes System.String and gives System.Int32; it was called with System.Int32 for System.Int32.", error.Message);
        Assert.Throws<CallArgumentException>(() => _registry.Stream<string, int>("length").InvokeAsync(""));
    }

    [Fact]
    public async Task A_name_that_nobody_has_is_not_found()
    {
        var error = await Assert.ThrowsAsync<CallRefusedException>(async () => await _registry.CallAsync<int, int>("none", 1));
        Assert.Equal((CallRefusal.NotFound, "none"), (error.Code, error.Callable));
        Assert.Equal(CallRefusal.NotFound, Assert.Throws<CallRefusedException>(() => _registry.Call<int, int>("none", 1)).Code);
    }

    [Fact]
    public async Task The_same_function_object_calls_here_or_elsewhere_as_it_is_registered()
    {
        await using var network = new MemoryNetwork();
        var here = network.Add();
        var there = network.Add();
        var doubled = here.Registry.SyncToAsync<int, int>("double");
        there.Registry.Add("double", static (int value) => 2 * value);
        Assert.Equal(4, await doubled.InvokeAsync(2));
        Assert.Single(there.Incoming);

        here.Registry.Add("double", static (int value) => 2 * value);
        Assert.Equal(6, await doubled.InvokeAsync(3));
        Assert.Single(there.Incoming);
    }

    [Fact]
    public void Options_are_checked()
    {
        Refused(static () => new CallableOptions { CallTime = TimeSpan.Zero }, nameof(CallableOptions.CallTime));
        Refused(static () => new CallableOptions { CallTime = TimeSpan.FromDays(25) }, nameof(CallableOptions.CallTime));
        Refused(static () => new CallableOptions { AnswerTime = TimeSpan.FromSeconds(-1) }, nameof(CallableOptions.AnswerTime));
        Refused(static () => new CallableOptions { CallDepth = 0 }, nameof(CallableOptions.CallDepth));
        Refused(static () => new CallableOptions { CallDepth = 129 }, nameof(CallableOptions.CallDepth));
        Refused(static () => new CallableOptions { ContextValues = -1 }, nameof(CallableOptions.ContextValues));
        Refused(static () => new CallableOptions { ThreadContexts = 0 }, nameof(CallableOptions.ThreadContexts));
        Refused(static () => new CallableOptions { ThreadContextIdleTime = TimeSpan.Zero }, nameof(CallableOptions.ThreadContextIdleTime));
        Assert.NotNull(new CallableRegistry(new CallableOptions { CallTime = Timeout.InfiniteTimeSpan, AnswerTime = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _registry.Add("a", static () => 1, new CallableSettings { MaxConcurrentCalls = 0 }));
        Assert.Throws<ArgumentException>(() => _registry.Add(
            "a", static () => 1, new CallableSettings { Run = new SyncToAsyncOptions { Context = CallContext.Capture() } }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _registry.SyncToAsync<int, int>("a", TimeSpan.Zero));

        static void Refused(Func<CallableOptions> options, string name) =>
            Assert.Contains(name, Assert.ThrowsAny<ArgumentException>(() => new CallableRegistry(options())).Message, StringComparison.Ordinal);
    }
}
