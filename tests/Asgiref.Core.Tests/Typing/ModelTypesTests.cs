using System.Reflection;
using Asgiref.Core.Compatibility;
using Asgiref.Core.Events;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Asgiref.Core.Sync;
using Asgiref.Core.Timeouts;
using Asgiref.Core.Values;

namespace Asgiref.Core.Tests.Typing;

public sealed class ModelTypesTests
{
    private static readonly AsgiEvent[] FromTheServer =
    [
        new HttpRequestEvent(),
        new HttpDisconnectEvent(),
        new WebSocketConnectEvent(),
        new WebSocketReceiveEvent(),
        new WebSocketDisconnectEvent(),
        new LifespanStartupEvent(),
        new LifespanShutdownEvent(),
    ];

    private static readonly HttpScope Http = new()
    {
        HttpVersion = "1.1",
        Method = "GET",
        Path = "/",
        Extensions =
        [
            new("http.response.pathsend", AsgiValue.None),
            new("http.response.debug", AsgiValue.None),
            new("http.response.early_hint", AsgiValue.None),
        ],
    };

    [Fact]
    [Covers("TYPE-01")]
    public void There_is_a_scope_for_each_protocol_one_over_the_two_of_the_web_and_one_over_all()
    {
        AsgiScope[] scopes = [Http, new WebSocketScope { Path = "/" }, new LifespanScope(), new CustomScope("chat")];
        Assert.Equal(["http", "websocket", "lifespan", "chat"], scopes.Select(scope => scope.Type));
        Assert.Equal(["http", "websocket"], scopes.OfType<ConnectionScope>().Select(scope => scope.Type));
    }

    [Fact]
    [Covers("TYPE-02")]
    public void There_is_a_type_for_every_event_that_a_server_gives_and_one_for_unknown_events()
    {
        Assert.Equal(
            [
                "http.request", "http.disconnect", "websocket.connect", "websocket.receive", "websocket.disconnect",
                "lifespan.startup", "lifespan.shutdown",
            ],
            FromTheServer.Select(message => message.Type));
        Assert.Equal("chat.message", new CustomEvent("chat.message").Type);
    }

    [Fact]
    [Covers("TYPE-03")]
    public void What_may_be_sent_is_what_the_specification_lists()
    {
        Assert.All(FromTheServer, message => Assert.Throws<InvalidAsgiEventException>(() => SendRules.For(Http).Take(message)));
        var rules = SendRules.For(Http);
        rules.Take(new HttpResponseEarlyHintEvent { Links = [] });
        rules.Take(new HttpResponseDebugEvent { Info = AsgiValueMap.Empty });
        rules.Take(new HttpResponseStartEvent { Status = 200 });
        rules.Take(new HttpResponsePathSendEvent { Path = "/tmp/file" });
        Assert.Equal(SendProgress.Complete, rules.Progress);
    }

    [Fact]
    [Covers("TYPE-04")]
    public void What_may_be_absent_is_nullable_and_its_default_stands_beside_it()
    {
        var model = typeof(AsgiEvent).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(AsgiEvent)) || type.IsSubclassOf(typeof(AsgiScope)));
        var defaults = model.SelectMany(type => type.GetProperties()).Where(property => property.Name.EndsWith("OrDefault", StringComparison.Ordinal));
        Assert.NotEmpty(defaults);
        Assert.All(defaults, property =>
        {
            Assert.False(property.CanWrite);
            var key = property.DeclaringType!.GetProperty(property.Name[..^"OrDefault".Length]) ?? typeof(AsgiVersions).GetProperty(nameof(AsgiVersions.SpecVersion))!;
            Assert.Equal(NullabilityState.Nullable, new NullabilityInfoContext().Create(key).ReadState);
        });
    }

    [Fact]
    [Covers("TYPE-05")]
    public void A_version_is_2_0_or_3_0_and_a_spec_version_any_text()
    {
        Assert.Equal(("3.0", "2.0"), (AsgiVersions.Current, AsgiVersions.WhenAbsent));
        Assert.Equal("9.9-draft", (Http with { Asgi = new AsgiVersions(AsgiVersions.Current, "9.9-draft") }).SpecVersionOrDefault);
    }

    [Fact]
    [Covers("TYPE-06")]
    public void There_is_a_type_for_each_kind_of_application_and_for_the_two_ends_of_its_conversation()
    {
        Assert.Equal([typeof(AsgiScope), typeof(AsgiReceive), typeof(AsgiSend)], Parameters<AsgiApplication>());
        Assert.Equal([typeof(AsgiScope)], Parameters<LegacyAsgiApplication>());
        Assert.Equal([typeof(AsgiReceive), typeof(AsgiSend)], Parameters<AsgiInstance>());
        Assert.Equal(typeof(ValueTask<AsgiEvent>), typeof(AsgiReceive).GetMethod("Invoke")!.ReturnType);
        Assert.Equal(typeof(ValueTask), typeof(AsgiSend).GetMethod("Invoke")!.ReturnType);

        static IEnumerable<Type> Parameters<T>() => typeof(T).GetMethod("Invoke")!.GetParameters().Select(parameter => parameter.ParameterType);
    }

    [Fact]
    [Covers("TYPE-08")]
    public async Task Wrappers_keep_the_types_of_what_they_wrap()
    {
        Func<(string Text, int Times), string?> sync = given => given.Times == 0 ? null : string.Concat(Enumerable.Repeat(given.Text, given.Times));
        Func<int, Task<string?>> async = given => Task.FromResult(given == 0 ? null : "many");

        // Without var: that it compiles is half of the test.
        SyncToAsync<(string Text, int Times), string?> awaitable = SyncToAsync.Wrap(sync);
        AsyncToSync<int, string?> blocking = AsyncToSync.Wrap(async);
        (int Count, string? Name) limited = await AsgiTimeout.RunAsync(Deadline.Default, _ => Task.FromResult<(int, string?)>((1, null)));

        string? awaited = await awaitable.InvokeAsync(("ab", 2)).AsTask().WithDeadline();
        Assert.Equal("abab", awaited);
        Assert.Null(blocking.Invoke(0));
        Assert.Equal((1, null), limited);
        Assert.Equal(sync.Method, awaitable.Method);
        Assert.Equal(async.Method, blocking.Method);
    }

    [Fact]
    [Covers("TYPE-09")]
    public void The_library_ships_its_nullable_annotations_and_its_documentation()
    {
        var path = typeof(AsgiEvent).Assembly.Location;
        Assert.Contains("T:Asgiref.Core.AsgiApplication", File.ReadAllText(Path.ChangeExtension(path, ".xml")), StringComparison.Ordinal);
        var state = new NullabilityInfoContext().Create(typeof(AsgiScope).GetProperty(nameof(AsgiScope.State))!);
        Assert.Equal(NullabilityState.Nullable, state.ReadState);
    }
}
