using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;
using Bridge.Protocol.Mapping;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Bridge.Protocol.Tests.Mapping;

public sealed class RoundTripTests(ITestOutputHelper output)
{
    private const int Count = 10_000;

    /// <summary>A field that no version of the contract has: number 5000, a varint.</summary>
    private static readonly byte[] UnknownField = [0xc0, 0xb8, 0x02, 0x2a];

    [Fact]
    [Covers("PB-01", "PB-02", "PB-03", "PB-04", "PB-05", "PB-06", "CORE-06", "CORE-17", "CORE-18", "CORE-21", "CORE-25")]
    public void Every_scope_comes_back_as_it_went()
    {
        var model = new RandomModel(Seed.Random(output));
        var kinds = new HashSet<Type>();
        for (var i = 0; i < Count; i++)
        {
            var scope = model.Scope();
            kinds.Add(scope.GetType());
            var wire = ScopeMapping.ToMessage(scope).ToByteArray();
            var back = ScopeMapping.FromMessage(V1.Scope.Parser.ParseFrom([.. wire, .. UnknownField]));
            DeepEquality.AssertSame(scope, back);
            Assert.Equal(wire, ScopeMapping.ToMessage(back).ToByteArray());
        }

        Assert.Equal(4, kinds.Count);
    }

    [Fact]
    [Covers("MOVE-02")]
    public void Information_about_TLS_may_lack_any_of_its_keys()
    {
        var tls = new AsgiValue.MapValue(AsgiValueMap.Empty.With("client_cert_chain", new AsgiValue.ListValue(["pem"])));
        var scope = new HttpScope { HttpVersion = "2", Method = "GET", Path = "/", Extensions = AsgiValueMap.Empty.With("tls", tls) };

        var back = ScopeMapping.FromMessage(V1.Scope.Parser.ParseFrom(ScopeMapping.ToMessage(scope).ToByteArray()));

        Assert.Equal(tls, back.Extensions["tls"]);
    }

    [Fact]
    [Covers("PB-01", "PB-02", "PB-03", "PB-05", "PB-06", "CORE-16", "CORE-17", "CORE-18", "CORE-21", "CORE-25")]
    public void Every_receive_event_comes_back_as_it_went() => RoundTrip(
        model => model.ReceiveEvent(),
        message => EventMapping.ToReceiveMessage(message).ToByteArray(),
        wire => EventMapping.FromMessage(V1.ReceiveEvent.Parser.ParseFrom(wire)),
        kinds: 8);

    [Fact]
    [Covers("PB-01", "PB-02", "PB-03", "PB-05", "PB-06", "CORE-16", "CORE-17", "CORE-18", "CORE-21", "CORE-25")]
    public void Every_send_event_comes_back_as_it_went() => RoundTrip(
        model => model.SendEvent(),
        message => EventMapping.ToSendMessage(message).ToByteArray(),
        wire => EventMapping.FromMessage(V1.SendEvent.Parser.ParseFrom(wire)),
        kinds: 17);

    [Fact]
    [Covers("PB-07")]
    public void The_state_stays_where_it_is()
    {
        var scope = new LifespanScope { State = new Dictionary<string, object?> { ["pool"] = new object() } };
        Assert.Null(ScopeMapping.FromMessage(ScopeMapping.ToMessage(scope)).State);
    }

    [Fact]
    public void Bodies_are_not_copied_on_their_way_into_a_message()
    {
        var body = new byte[] { 1, 2, 3 };
        var message = EventMapping.ToSendMessage(new HttpResponseBodyEvent { Body = body });
        body[0] = 9;
        Assert.Equal(9, message.HttpResponseBody.Body[0]);
    }

    [Fact]
    public void Bodies_are_not_copied_on_their_way_out_of_a_message()
    {
        var message = new V1.ReceiveEvent { HttpRequest = new V1.HttpRequest { Body = ByteString.CopyFrom(1, 2, 3) } };
        var request = Assert.IsType<HttpRequestEvent>(EventMapping.FromMessage(message));
        Assert.True(message.HttpRequest.Body.Memory.Span == request.BodyOrDefault.Span);
    }

    private void RoundTrip(Func<RandomModel, AsgiEvent> make, Func<AsgiEvent, byte[]> write, Func<byte[], AsgiEvent> read, int kinds)
    {
        var model = new RandomModel(Seed.Random(output));
        var seen = new HashSet<Type>();
        for (var i = 0; i < Count; i++)
        {
            var message = make(model);
            seen.Add(message.GetType());
            var wire = write(message);
            var back = read([.. wire, .. UnknownField]);
            DeepEquality.AssertSame(message, back);
            Assert.Equal(wire, write(back));
        }

        Assert.Equal(kinds, seen.Count);
    }
}
