using System.Text;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;

namespace Bridge.Protocol.Tests.Mapping;

/// <summary>Makes random scopes and events that keep the contract: every kind, every optional part present or not.</summary>
internal sealed class RandomModel(Random random)
{
    private static readonly string[] Texts = ["", "a", "/", "/pfad/ü", "日本語", "😀 and text", "tab\tnul\0", new('x', 300)];

    public AsgiScope Scope()
    {
        AsgiScope scope = random.Next(4) switch
        {
            0 => Http(),
            1 => WebSocket(),
            2 => new LifespanScope(),
            _ => new CustomScope("chat" + NotEmpty()),
        };
        return scope with
        {
            Asgi = new AsgiVersions(random.Next(2) == 0 ? "3.0" : NotEmpty(), Maybe(NotEmpty)),
            Extensions = Map(),
            Extra = Map(),
        };
    }

    public AsgiEvent ReceiveEvent()
    {
        AsgiEvent made = random.Next(8) switch
        {
            0 => new HttpRequestEvent { Body = MaybeBytes(), MoreBody = MaybeFlag() },
            1 => new HttpDisconnectEvent(),
            2 => new WebSocketConnectEvent(),
            3 when random.Next(2) == 0 => new WebSocketReceiveEvent { Text = Text() },
            3 => new WebSocketReceiveEvent { Bytes = Bytes() },
            4 => new WebSocketDisconnectEvent { Code = MaybeCode(), Reason = Maybe(Text) },
            5 => new LifespanStartupEvent(),
            6 => new LifespanShutdownEvent(),
            _ => new CustomEvent("mychat." + Text()),
        };
        return made with { Extra = Map() };
    }

    public AsgiEvent SendEvent()
    {
        AsgiEvent made = random.Next(17) switch
        {
            0 => new HttpResponseStartEvent { Status = random.Next(200, 600), Headers = Headers(), Trailers = MaybeFlag() },
            1 => new HttpResponseBodyEvent { Body = MaybeBytes(), MoreBody = MaybeFlag() },
            2 => new HttpResponseTrailersEvent { Headers = Headers(), MoreTrailers = MaybeFlag() },
            3 => new HttpResponsePathSendEvent { Path = NotEmpty() },
            4 => new HttpResponsePushEvent { Path = NotEmpty(), Headers = Headers() },
            5 => new HttpResponseEarlyHintEvent { Links = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Bytes())] },
            6 => new HttpResponseDebugEvent { Info = Map() },
            7 => new WebSocketAcceptEvent { Subprotocol = Maybe(NotEmpty), Headers = Headers() },
            8 when random.Next(2) == 0 => new WebSocketSendEvent { Text = Text() },
            8 => new WebSocketSendEvent { Bytes = Bytes() },
            9 => new WebSocketCloseEvent { Code = MaybeCode(), Reason = Maybe(Text) },
            10 => new WebSocketHttpResponseStartEvent { Status = random.Next(200, 600), Headers = Headers() },
            11 => new WebSocketHttpResponseBodyEvent { Body = MaybeBytes(), MoreBody = MaybeFlag() },
            12 => new LifespanStartupCompleteEvent(),
            13 => new LifespanStartupFailedEvent { Message = Maybe(Text) },
            14 => new LifespanShutdownCompleteEvent(),
            15 => new LifespanShutdownFailedEvent { Message = Maybe(Text) },
            _ => new CustomEvent("mychat." + Text()),
        };
        return made with { Extra = Map() };
    }

    private HttpScope Http() => new()
    {
        HttpVersion = Pick("1.0", "1.1", "2", "3"),
        Method = Pick("GET", "POST", "M-SEARCH", "ÄX"),
        Scheme = Maybe(NotEmpty),
        Path = NotEmpty(),
        RawPath = MaybeBytes(),
        QueryString = Bytes(),
        RootPath = Maybe(Text),
        Headers = Headers(),
        Client = random.Next(2) == 0 ? null : new ClientAddress(NotEmpty(), Port()),
        Server = Server(),
    };

    private WebSocketScope WebSocket() => new()
    {
        HttpVersion = Maybe(() => Pick("1.1", "2")),
        Scheme = Maybe(() => Pick("ws", "wss")),
        Path = NotEmpty(),
        RawPath = MaybeBytes(),
        QueryString = MaybeBytes(),
        RootPath = Maybe(Text),
        Headers = Headers(),
        Client = random.Next(2) == 0 ? null : new ClientAddress(NotEmpty(), Port()),
        Server = Server(),
        Subprotocols = [.. Enumerable.Range(0, random.Next(4)).Select(_ => NotEmpty())],
    };

    private ServerAddress? Server() => random.Next(3) switch
    {
        0 => null,
        1 => new ServerAddress.Tcp(NotEmpty(), Port()),
        _ => new ServerAddress.Unix(NotEmpty()),
    };

    private AsgiHeaders Headers() => AsgiHeaders.Wrap([.. Enumerable.Range(0, random.Next(6)).Select(_ => Header())]);

    private AsgiHeader Header()
    {
        var name = Encoding.Latin1.GetBytes(Pick("x-a", "set-cookie", "x~!#"));
        var value = Bytes().ToArray();
        for (var i = 0; i < value.Length; i++)
        {
            // The control characters, which no field may hold, become their neighbours above 0x7f.
            value[i] |= (byte)(value[i] is < 0x20 or 0x7f ? 0x80 : 0);
        }

        return new AsgiHeader(name, value);
    }

    private AsgiValueMap Map(int depth = 0)
    {
        var map = AsgiValueMap.Empty;
        for (var count = random.Next(4) == 0 ? random.Next(1, 4) : 0; count > 0; count--)
        {
            map = map.With(Text() + count, Value(depth));
        }

        return map;
    }

    private AsgiValue Value(int depth) => random.Next(depth < 5 ? 8 : 6) switch
    {
        0 => AsgiValue.None,
        1 => random.Next(2) == 0,
        2 => Pick(long.MinValue, -1L, 0L, long.MaxValue, random.NextInt64()),
        3 => Pick(0d, -0d, double.MaxValue, double.Epsilon, random.NextDouble()),
        4 => Text(),
        5 => new AsgiValue.BytesValue(Bytes()),
        6 => new AsgiValue.ListValue([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth + 1))]),
        _ => new AsgiValue.MapValue(Map(depth + 1)),
    };

    private int Port() => Pick(0, 1, 8080, 65_535);

    private int? MaybeCode() => random.Next(2) == 0 ? null : Pick(1000, 1005, 1006, 4999);

    private bool? MaybeFlag() => random.Next(3) switch { 0 => null, 1 => false, _ => true };

    private string? Maybe(Func<string> make) => random.Next(2) == 0 ? null : make();

    private string Text() => Pick(Texts);

    private string NotEmpty() => Texts[random.Next(1, Texts.Length)];

    private ReadOnlyMemory<byte>? MaybeBytes() => random.Next(3) == 0 ? null : Bytes();

    private ReadOnlyMemory<byte> Bytes()
    {
        var bytes = new byte[Pick(0, 1, 20, 2000)];
        random.NextBytes(bytes);
        return bytes;
    }

    private T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];
}
