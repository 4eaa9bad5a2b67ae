using System.Reflection;
using System.Runtime.CompilerServices;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;

namespace Asgiref.Core.Tests.Scopes;

public sealed class ScopeTests
{
    private static readonly HttpScope Http = new() { HttpVersion = "1.1", Method = "GET", Path = "/" };
    private static readonly WebSocketScope WebSocket = new() { Path = "/" };

    [Fact]
    [Covers("CORE-06", "HTTP-10", "WS-05", "LIFE-03")]
    public void The_type_is_the_protocol_name()
    {
        Assert.Equal("http", Http.Type);
        Assert.Equal("websocket", WebSocket.Type);
        Assert.Equal("lifespan", new LifespanScope().Type);
        Assert.Equal("chat", new CustomScope("chat").Type);
    }

    [Fact]
    [Covers("CORE-07", "CORE-08", "HTTP-11")]
    public void A_scope_made_here_speaks_asgi_3_and_a_peer_that_names_no_version_2()
    {
        Assert.Equal("3.0", Http.Asgi.Version);
        Assert.Equal("2.0", AsgiVersions.WhenAbsent);
    }

    [Fact]
    [Covers("CORE-09", "HTTP-12", "WS-06", "LIFE-04", "VER-01")]
    public void A_missing_spec_version_is_2_0_and_1_0_for_lifespan()
    {
        var named = new AsgiVersions(AsgiVersions.Current, "2.5");
        Assert.Equal(("2.0", "2.5"), (Http.SpecVersionOrDefault, (Http with { Asgi = named }).SpecVersionOrDefault));
        Assert.Equal(("2.0", "2.5"), (WebSocket.SpecVersionOrDefault, (WebSocket with { Asgi = named }).SpecVersionOrDefault));
        Assert.Equal(("1.0", "2.5"), (new LifespanScope().SpecVersionOrDefault, new LifespanScope { Asgi = named }.SpecVersionOrDefault));
    }

    [Fact]
    [Covers("HTTP-15", "HTTP-17", "HTTP-19", "HTTP-24", "HTTP-25", "HTTP-26", "HTTP-27", "CORE-30")]
    public void The_optional_keys_of_http_have_their_defaults()
    {
        Assert.Equal((null, "http"), (Http.Scheme, Http.SchemeOrDefault));
        Assert.Null(Http.RawPath);
        Assert.Equal((null, ""), (Http.RootPath, Http.RootPathOrDefault));
        Assert.Null(Http.Client);
        Assert.Null(Http.Server);
        Assert.Null(Http.State);
        Assert.Empty(Http.Extensions);
        Assert.Empty(Http.Headers);
        Assert.True(Http.QueryString.IsEmpty);
    }

    [Fact]
    [Covers("WS-07", "WS-08", "WS-10", "WS-11", "WS-12", "WS-14", "WS-15", "WS-16", "WS-17", "WS-18")]
    public void The_optional_keys_of_websocket_have_their_defaults()
    {
        Assert.Equal((null, "1.1"), (WebSocket.HttpVersion, WebSocket.HttpVersionOrDefault));
        Assert.Equal((null, "ws"), (WebSocket.Scheme, WebSocket.SchemeOrDefault));
        Assert.Null(WebSocket.RawPath);
        Assert.Null(WebSocket.QueryString);
        Assert.Equal("", WebSocket.RootPathOrDefault);
        Assert.Null(WebSocket.Client);
        Assert.Null(WebSocket.Server);
        Assert.Empty(WebSocket.Subprotocols);
        Assert.Null(WebSocket.State);
        Assert.Empty(WebSocket.Extensions);
    }

    [Fact]
    [Covers("LIFE-05")]
    public void A_lifespan_without_state_is_not_one_with_an_empty_state()
    {
        Assert.Null(new LifespanScope().State);
        Assert.Empty(new LifespanScope { State = new Dictionary<string, object?>() }.State!);
    }

    [Fact]
    [Covers("CORE-25", "PB-01", "PB-03")]
    public void Absent_and_empty_stay_apart()
    {
        Assert.NotEqual(Http, Http with { RootPath = "" });
        Assert.NotEqual(Http, Http with { RawPath = ReadOnlyMemory<byte>.Empty });
        Assert.NotEqual(WebSocket, WebSocket with { QueryString = ReadOnlyMemory<byte>.Empty });
        Assert.NotEqual(new AsgiVersions("3.0"), new AsgiVersions("3.0", "2.0"));
    }

    [Fact]
    [Covers("HTTP-24", "HTTP-25", "PB-04")]
    public void Addresses_are_compared_by_content()
    {
        Assert.Equal(new ClientAddress("::1", 5), new ClientAddress("::1", 5));
        Assert.Equal<ServerAddress>(new ServerAddress.Tcp("::1", 80), new ServerAddress.Tcp("::1", 80));
        Assert.NotEqual<ServerAddress>(new ServerAddress.Tcp("/run/a", 0), new ServerAddress.Unix("/run/a"));
    }

    [Fact]
    [Covers("CORE-26", "CORE-27")]
    public void A_changed_copy_leaves_the_scope_as_it_was()
    {
        var outer = Http with { Headers = AsgiHeaders.Of(("a", "1")) };
        var inner = outer with { RootPath = "/mount", Extra = outer.Extra.With("user", "ann"), Headers = [.. outer.Headers, new("b", "2")] };

        Assert.Equal(("/mount", 2), (inner.RootPath, inner.Headers.Count));
        Assert.Null(outer.RootPath);
        Assert.Single(outer.Headers);
        Assert.Empty(outer.Extra);
    }

    [Fact]
    [Covers("GAP-22", "CORE-18")]
    public void Unknown_keys_go_along_with_a_copy()
    {
        var scope = Http with { Extra = [new("app_root_path", "/app")] };
        Assert.Equal((AsgiValue)"/app", (scope with { Path = "/other" }).Extra["app_root_path"]);
    }

    [Theory]
    [MemberData(nameof(ModelTypes))]
    [Covers("CORE-26")]
    public void No_property_of_the_model_can_be_set_after_the_creation(string typeName)
    {
        var settable = typeof(AsgiScope).Assembly.GetType(typeName, throwOnError: true)!
            .GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true } set
                && !set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)));
        Assert.Empty(settable);
    }

    public static TheoryData<string> ModelTypes() =>
    [
        .. typeof(AsgiScope).Assembly.GetExportedTypes()
            .Where(type => type.Namespace is "Asgiref.Core.Scopes" or "Asgiref.Core.Events" or "Asgiref.Core.Values" or "Asgiref.Core.Headers")
            .Select(type => type.FullName!),
    ];
}
