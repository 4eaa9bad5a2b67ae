using Asgiref.Core.Compatibility;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Tests.Compatibility;

public sealed class AsgiApplicationsTests
{
    private static readonly AsgiApplication Single = (_, _, _) => Task.CompletedTask;
    private static readonly LegacyAsgiApplication Legacy = _ => (_, _) => Task.CompletedTask;
    private static readonly CustomScope Scope = new("chat");

    [Fact]
    [Covers("COMPAT-01", "CORE-28")]
    public void A_function_that_gives_an_instance_is_legacy() => Assert.True(AsgiApplications.IsLegacy(Legacy));

    [Fact]
    [Covers("COMPAT-02")]
    public void A_class_that_is_made_of_a_scope_is_legacy() => Assert.True(AsgiApplications.IsLegacy(typeof(Instance)));

    [Fact]
    [Covers("COMPAT-03")]
    public void An_object_that_gives_an_instance_is_legacy() => Assert.True(AsgiApplications.IsLegacy(new LegacyObject()));

    [Fact]
    [Covers("COMPAT-04")]
    public void An_async_function_and_an_object_with_an_async_call_are_not()
    {
        Assert.False(AsgiApplications.IsLegacy(Single));
        Assert.False(AsgiApplications.IsLegacy(new SingleObject()));
    }

    [Fact]
    [Covers("COMPAT-05")]
    public async Task An_attribute_decides_for_a_class_of_both_shapes_and_may_not_contradict_the_only_one()
    {
        Assert.False(AsgiApplications.IsLegacy(new Both()));
        Assert.False(AsgiApplications.IsLegacy(new BothSaysSingle()));
        Assert.True(AsgiApplications.IsLegacy(new BothSaysDouble()));
        Assert.Equal("single", await RunAsync(new Both()));
        Assert.Equal("single", await RunAsync(new BothSaysSingle()));
        Assert.Equal("double", await RunAsync(new BothSaysDouble()));
        Assert.Throws<ArgumentException>(() => AsgiApplications.IsLegacy(new SingleSaysDouble()));
        Assert.Throws<ArgumentException>(() => AsgiApplications.From(new DoubleSaysSingle()));
        Assert.Throws<ArgumentException>(() => AsgiApplications.IsLegacy(new SaysBoth()));
    }

    [Fact]
    [Covers("COMPAT-06")]
    public void What_is_no_application_is_refused_by_name()
    {
        foreach (var thing in new object[] { "text", typeof(string), typeof(InstanceWithoutScope), typeof(IAsgiInstance), (Func<int>)(() => 1) })
        {
            var error = Assert.Throws<ArgumentException>(() => AsgiApplications.From(thing));
            Assert.Contains((thing as Type ?? thing.GetType()).ToString(), error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Covers("COMPAT-07")]
    public void A_converted_application_is_not_legacy()
    {
        Assert.False(AsgiApplications.IsLegacy(AsgiApplications.FromLegacy(Legacy)));
        Assert.False(AsgiApplications.IsLegacy(AsgiApplications.From(typeof(Instance))));
    }

    [Fact]
    [Covers("COMPAT-08", "CORE-28", "CORE-29")]
    public async Task Conversion_calls_with_the_scope_then_awaits_the_instance()
    {
        var calls = new List<string>();
        var end = new TaskCompletionSource();
        var application = AsgiApplications.FromLegacy(scope =>
        {
            calls.Add(scope.Type);
            return async (receive, send) =>
            {
                calls.Add((await receive()).Type);
                await send(new CustomEvent("out"));
                await end.Task;
            };
        });
        var run = application(Scope, _ => new(new CustomEvent("in")), SendAsync);
        Assert.Equal(["chat", "in", "out"], calls);
        Assert.False(run.IsCompleted);
        end.SetResult();
        await run.WithDeadline();

        ValueTask SendAsync(AsgiEvent message, CancellationToken token)
        {
            calls.Add(message.Type);
            return default;
        }
    }

    [Fact]
    [Covers("COMPAT-08")]
    public async Task The_task_carries_the_same_exception_of_either_step()
    {
        var failure = new InvalidDataException();
        LegacyAsgiApplication first = _ => throw failure;
        LegacyAsgiApplication second = _ => (_, _) => Task.FromException(failure);
        Assert.Same(failure, await Assert.ThrowsAsync<InvalidDataException>(() => CallAsync(AsgiApplications.From(first))));
        Assert.Same(failure, await Assert.ThrowsAsync<InvalidDataException>(() => CallAsync(AsgiApplications.From(second))));
        Assert.Same(
            FailingInstance.Failure,
            await Assert.ThrowsAsync<InvalidDataException>(() => CallAsync(AsgiApplications.From(typeof(FailingInstance)))));
        await Assert.ThrowsAsync<InvalidOperationException>(() => CallAsync(AsgiApplications.FromLegacy(_ => null!)));
    }

    [Fact]
    [Covers("COMPAT-09")]
    public async Task Only_what_is_legacy_is_converted()
    {
        Assert.Same(Single, AsgiApplications.From(Single));
        Assert.Equal("single", await RunAsync(new SingleObject()));
        Assert.Equal("double", await RunAsync(new LegacyObject()));
        Assert.Equal("chat", await RunAsync(typeof(Instance)));
    }

    private static async Task<string> RunAsync(object application)
    {
        var sent = "";
        await AsgiApplications.From(application)(Scope, _ => throw new InvalidOperationException(), SendAsync).WithDeadline();
        return sent;

        ValueTask SendAsync(AsgiEvent message, CancellationToken token)
        {
            sent += message.Type;
            return default;
        }
    }

    private static Task CallAsync(AsgiApplication application) =>
        application(Scope, _ => throw new InvalidOperationException(), (_, _) => default).WithDeadline();

    private class SingleObject : IAsgiApplication
    {
        public async Task InvokeAsync(AsgiScope scope, AsgiReceive receive, AsgiSend send) => await send(new CustomEvent("single"));
    }

    private class LegacyObject : ILegacyAsgiApplication
    {
        public AsgiInstance Create(AsgiScope scope) => async (_, send) => await send(new CustomEvent("double"));
    }

    private class Both : SingleObject, ILegacyAsgiApplication
    {
        public AsgiInstance Create(AsgiScope scope) => new LegacyObject().Create(scope);
    }

    [AsgiSingleCallable]
    private sealed class BothSaysSingle : Both;

    [AsgiDoubleCallable]
    private sealed class BothSaysDouble : Both;

    [AsgiDoubleCallable]
    private sealed class SingleSaysDouble : SingleObject;

    [AsgiSingleCallable]
    private sealed class DoubleSaysSingle : LegacyObject;

    [AsgiSingleCallable]
    [AsgiDoubleCallable]
    private sealed class SaysBoth : Both;

    private sealed class Instance(AsgiScope scope) : IAsgiInstance
    {
        public async Task InvokeAsync(AsgiReceive receive, AsgiSend send) => await send(new CustomEvent(scope.Type));
    }

    private sealed class InstanceWithoutScope : IAsgiInstance
    {
        public Task InvokeAsync(AsgiReceive receive, AsgiSend send) => Task.CompletedTask;
    }

    private sealed class FailingInstance : IAsgiInstance
    {
        public static readonly InvalidDataException Failure = new();

        public FailingInstance(AsgiScope scope)
        {
            _ = scope;
            throw Failure;
        }

        public Task InvokeAsync(AsgiReceive receive, AsgiSend send) => Task.CompletedTask;
    }
}
