using Asgiref.Core.Callables;
using Asgiref.Core.Local;
using Asgiref.Core.Tests.Callables.Network;
using Asgiref.Core.Tests.Sync;

namespace Asgiref.Core.Tests.Callables;

public sealed class RemoteCallTests : IAsyncDisposable
{
    private readonly MemoryNetwork _network = new();
    private readonly MemoryProcess _here;
    private readonly MemoryProcess _there;

    public RemoteCallTests()
    {
        _here = _network.Add();
        _there = _network.Add(new CallableOptions { DetailedErrors = true });
    }

    public ValueTask DisposeAsync() => _network.DisposeAsync();

    [Fact]
    public async Task A_synchronous_function_elsewhere_is_awaited()
    {
        _there.Registry.Add("record", static (Point point) => point with { X = point.Y });
        Assert.Equal(new Point(2, 2), await _here.Registry.CallAsync<Point, Point>("record", new Point(1, 2)));
        Assert.Equal(new Point(3, 3), await _here.Registry.SyncToAsync<Point, Point>("record").InvokeAsync(new Point(1, 3)).AsTask());
    }

    [Fact]
    public async Task An_asynchronous_function_elsewhere_is_blocked_on()
    {
        _there.Registry.AddAsync("later", static async (string text) =>
        {
            await Task.Yield();
            return text.Length;
        });
        await OnThread.Run(() => Assert.Equal(3, _here.Registry.AsyncToSync<string, int>("later").Invoke("abc")));
    }

    [Fact]
    public async Task Functions_without_argument_or_result_are_called()
    {
        var called = new List<string>();
        _there.Registry
            .Add("action", () => called.Add("action"))
            .Add("taker", (int value) => called.Add($"taker {value}"))
            .AddAsync("async", () =>
            {
                called.Add("async");
                return Task.CompletedTask;
            })
            .Add("giver", static () => 5);
        await _here.Registry.SyncToAsync<NoValue, NoValue>("action").InvokeAsync();
        await _here.Registry.CallAsync<int, NoValue>("taker", 3);
        await _here.Registry.SyncToAsync<NoValue, NoValue>("async").InvokeAsync();
        Assert.Equal(5, await _here.Registry.SyncToAsync<NoValue, int>("giver").InvokeAsync());
        Assert.Equal(["action", "taker 3", "async"], called);
    }

    [Fact]
    public async Task Bytes_cross_as_they_are()
    {
        _there.Registry
            .Add("reverse", static (byte[] bytes) => bytes.Reverse().ToArray())
            .Add("part", static (ReadOnlyMemory<byte> bytes) => bytes[1..]);
        Assert.Equal([3, 2, 1], await _here.Registry.CallAsync<byte[], byte[]>("reverse", [1, 2, 3]));
        Assert.Equal([2, 3], (await _here.Registry.CallAsync<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>("part", new byte[] { 1, 2, 3 })).ToArray());
        Assert.Equal([2, 3], await _here.Registry.CallAsync<byte[], byte[]>("part", [1, 2, 3]));
        Assert.All(_there.Incoming, call => Assert.Equal("application/octet-stream", call.Request.Argument.ContentType));
    }

    [Fact]
    public async Task An_argument_that_cannot_be_read_is_told_with_the_name_of_the_callable()
    {
        _there.Registry.Add("number", static (int value) => value).Add("none", static () => { });
        var type = await Assert.ThrowsAsync<CallArgumentException>(async () => await _here.Registry.CallAsync<byte[], int>("number", [1]));
        Assert.Equal("The argument of 'number' is to be application/json, not application/octet-stream.", type.Message);
        var text = await Assert.ThrowsAsync<CallArgumentException>(async () => await _here.Registry.CallAsync<string, int>("number", "x"));
        Assert.StartsWith("The argument of 'number' can't be read as application/json: ", text.Message, StringComparison.Ordinal);
        var extra = await Assert.ThrowsAsync<CallArgumentException>(async () => await _here.Registry.CallAsync<int, NoValue>("none", 1));
        Assert.Equal("The argument of 'none' is to be nothing, not application/json.", extra.Message);
        var result = await Assert.ThrowsAsync<CallArgumentException>(async () => await _here.Registry.CallAsync<int, string>("number", 1));
        Assert.StartsWith("The result of 'number' can't be read as application/json: ", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_written_is_told_on_the_side_that_cannot()
    {
        _there.Registry.Add("type", static (string name) => Type.GetType(name)!);
        var result = await Assert.ThrowsAsync<CallArgumentException>(async () => await _here.Registry.CallAsync<string, string>("type", "System.Int32"));
        Assert.StartsWith("The result of 'type' can't be written as application/json: ", result.Message, StringComparison.Ordinal);
        var argument = await Assert.ThrowsAsync<CallArgumentException>(async () => await _here.Registry.CallAsync<Type, string>("type", typeof(int)));
        Assert.StartsWith("The argument of 'type' can't be written as application/json: ", argument.Message, StringComparison.Ordinal);
        Assert.Single(_there.Incoming);
    }

    [Fact]
    public async Task The_values_of_the_bag_go_along_and_what_changed_comes_back_also_with_an_error()
    {
        _there.Registry.Add("change", static (bool fails) =>
        {
            Assert.True(ContextBag.TryGet("kept", out var kept) && kept == "a");
            Assert.True(ContextBag.Remove("removed"));
            ContextBag.Set("set", 1);
            if (fails)
            {
                throw new FormatException("no");
            }

            return true;
        });
        foreach (var fails in (bool[])[false, true])
        {
            ContextBag.Use(ContextBagSnapshot.Empty);
            ContextBag.Set("kept", "a");
            ContextBag.Set("removed", "b");
            var call = _here.Registry.CallAsync<bool, bool>("change", fails);
            await call.AsTask().ContinueWith(static _ => { }, TaskScheduler.Default).WithDeadline();
            Assert.Equal(["kept", "removed"], ContextBag.Current.Select(value => value.Key).Order());
            try
            {
                Assert.True(await call);
                Assert.False(fails);
            }
            catch (RemoteCallException)
            {
                Assert.True(fails);
            }

            Assert.Equal(["kept", "set"], ContextBag.Current.Select(value => value.Key).Order());
        }
    }

    [Fact]
    public async Task Of_concurrent_calls_the_one_awaited_last_wins_name_by_name()
    {
        _there.Registry.AddAsync("set", static (string name) =>
        {
            ContextBag.Set("shared", name);
            ContextBag.Set(name, name);
            return Task.CompletedTask;
        });
        var first = _here.Registry.CallAsync<string, NoValue>("set", "first");
        var second = _here.Registry.CallAsync<string, NoValue>("set", "second");
        await second;
        Assert.True(ContextBag.TryGet("shared", out var shared) && shared == "second");
        await first;
        Assert.True(ContextBag.TryGet("shared", out shared) && shared == "first");
        Assert.True(ContextBag.TryGet("second", out _) && ContextBag.TryGet("first", out _));
    }

    [Fact]
    public async Task A_blocking_call_brings_the_changes_back_too()
    {
        _there.Registry.Add("set", static () => ContextBag.Set("a", 1));
        await OnThread.Run(() =>
        {
            _here.Registry.AsyncToSync<NoValue, NoValue>("set").Invoke();
            Assert.True(ContextBag.TryGet("a", out var value) && value == 1L);
        });
    }

    [Fact]
    public async Task Values_of_other_kinds_stay_in_their_process()
    {
        var local = new AsyncLocal<string?> { Value = "here" };
        _there.Registry.Add("look", () => local.Value ?? "nothing").AddAsync("lookLater", () => Task.FromResult(local.Value ?? "nothing"));
        Assert.Equal("nothing", await _here.Registry.SyncToAsync<NoValue, string>("look").InvokeAsync());
        Assert.Equal("nothing", await _here.Registry.SyncToAsync<NoValue, string>("lookLater").InvokeAsync());
    }

    [Fact]
    public async Task A_remote_exception_keeps_type_message_stack_and_causes()
    {
        _there.Registry.Add("fail", static void () => throw new FormatException("outer", new AggregateException(new ArgumentException("one"), new KeyNotFoundException("two"))));
        var error = await Assert.ThrowsAsync<RemoteCallException>(async () => await _here.Registry.SyncToAsync<NoValue, NoValue>("fail").InvokeAsync());
        Assert.Equal(("System.FormatException", "outer", "fail"), (error.TypeName, error.Message, error.Callable));
        Assert.Contains(nameof(A_remote_exception_keeps_type_message_stack_and_causes), error.RemoteStackTrace, StringComparison.Ordinal);
        var cause = Assert.Single(error.Causes);
        Assert.Same(cause, error.InnerException);
        Assert.Equal(["one", "two"], cause.Causes.Select(each => each.Message));
        Assert.Contains("--- raised by 'fail' in another process ---", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stack_is_told_only_with_detailed_errors()
    {
        var plain = _network.Add();
        plain.Registry.Add("fail", static void () => throw new FormatException("no"));
        var error = await Assert.ThrowsAsync<RemoteCallException>(async () => await _here.Registry.SyncToAsync<NoValue, NoValue>("fail").InvokeAsync());
        Assert.Equal(("no", null), (error.Message, error.RemoteStackTrace));
    }

    [Fact]
    public async Task An_exception_that_goes_through_a_process_stays_what_it_was()
    {
        var third = _network.Add();
        third.Registry.Add("fail", static void () => throw new FormatException("deep"));
        _there.Registry.AddAsync("pass", async () => await _there.Registry.SyncToAsync<NoValue, NoValue>("fail").InvokeAsync());
        var error = await Assert.ThrowsAsync<RemoteCallException>(async () => await _here.Registry.SyncToAsync<NoValue, NoValue>("pass").InvokeAsync());
        Assert.Equal(("System.FormatException", "deep", "pass"), (error.TypeName, error.Message, error.Callable));
    }

    private sealed record Point(int X, int Y);
}
