using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Google.Protobuf;

namespace Bridge.Protocol.Tests.Sessions;

public class HelloTests
{
    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_peer_says_hello_at_once_with_its_limits(bool server)
    {
        var options = new SessionOptions
        {
            PayloadBytes = 2048,
            Exchanges = 7,
            WindowBytes = 5000,
            WebSocketWindowBytes = 6000,
            HeadBytes = 9,
            EventBytes = 11,
        };
        var peer = ScriptedPeer.Begin(Roles.Of(server), options);
        var hello = (await peer.Next(Frame.KindOneofCase.Hello)).Hello;
        Assert.Equal((1u, 1u, "n1"), (hello.MinRevision, hello.MaxRevision, hello.Node));
        var expected = new SessionLimits
        {
            PayloadBytes = 2048,
            Exchanges = 7,
            WindowBytes = 5000,
            WebsocketWindowBytes = 6000,
            HeadBytes = 9,
            EventBytes = 11,
        };
        Assert.Equal(expected, hello.Limits);
    }

    [Fact]
    public async Task Nothing_but_the_hello_is_sent_before_the_peers_hello_has_come()
    {
        var peer = ScriptedPeer.Begin(SessionRole.Client);
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Added });
        Assert.Equal(OpenStatus.NotEstablished, peer.Session.Open(Frames.Target(), default, null, out _));
        await peer.Next(Frame.KindOneofCase.Hello);
        // A goodbye is what the session writes next, although the offer was due before it.
        peer.Session.Close(GoodbyeCode.Done, "test");
        await peer.Next(Frame.KindOneofCase.Goodbye);
    }

    [Fact]
    public async Task What_waited_for_the_hello_is_sent_after_it()
    {
        var peer = ScriptedPeer.Begin(SessionRole.Client);
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Added });
        peer.Session.Offer(new Offer { Application = "other", State = OfferState.Added });
        peer.Session.Offer(new Offer { Application = "app", State = OfferState.Ready });
        await peer.Send(new Frame { Hello = Frames.Hello() });
        await peer.Next(Frame.KindOneofCase.Hello);
        Assert.Equal("other", (await peer.Next(Frame.KindOneofCase.Offer)).Offer.Application);
        Assert.Equal(new Offer { Application = "app", State = OfferState.Ready }, (await peer.Next(Frame.KindOneofCase.Offer)).Offer);
        Assert.Empty(await peer.Rest());
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task No_hello_in_time_ends_the_session(bool server)
    {
        var peer = ScriptedPeer.Begin(Roles.Of(server), new SessionOptions { HelloTime = TimeSpan.FromSeconds(3) });
        await peer.Next(Frame.KindOneofCase.Hello);
        peer.Clock.Advance(TimeSpan.FromSeconds(3) - TimeSpan.FromTicks(1));
        Assert.Null(peer.Session.Ending);
        peer.Clock.Advance(TimeSpan.FromTicks(1));
        var ending = await peer.NextGoodbye(GoodbyeCode.Unresponsive);
        Assert.Equal(SessionEndingKind.NoHello, ending.Kind);
        Assert.Equal(1, peer.Session.Counters.Reached(SessionLimit.HelloTime));
        var error = await Assert.ThrowsAsync<SessionEndedException>(() => peer.Session.Established);
        Assert.Same(ending, error.Ending);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_first_frame_that_is_no_hello_is_a_protocol_error(bool server)
    {
        var peer = ScriptedPeer.Begin(Roles.Of(server));
        await peer.Send(Frames.Open(peer.FirstId));
        await peer.NextGoodbye(GoodbyeCode.ProtocolError);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task A_second_hello_is_a_protocol_error(bool server)
    {
        var peer = await ScriptedPeer.Start(Roles.Of(server));
        await peer.Send(new Frame { Hello = Frames.Hello() });
        await peer.NextGoodbye(GoodbyeCode.ProtocolError);
    }

    [Theory]
    [InlineData("payload_bytes", 0)]
    [InlineData("payload_bytes", 1023)]
    [InlineData("payload_bytes", 65537)]
    [InlineData("exchanges", 0)]
    [InlineData("window_bytes", 4095)]
    [InlineData("window_bytes", 1u << 31)]
    [InlineData("websocket_window_bytes", 4095)]
    [InlineData("head_bytes", 0)]
    [InlineData("event_bytes", 0)]
    public async Task A_limit_out_of_range_is_a_protocol_error_that_names_it(string field, uint value)
    {
        var peer = ScriptedPeer.Begin(SessionRole.Server);
        var hello = Frames.Hello();
        SessionLimits.Descriptor.FindFieldByName(field).Accessor.SetValue(hello.Limits, value);
        await peer.Send(new Frame { Hello = hello });
        var ending = await peer.NextGoodbye(GoodbyeCode.ProtocolError);
        Assert.Contains($"hello.limits.{field} is {value}", ending.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hello_without_limits_is_a_protocol_error()
    {
        var peer = ScriptedPeer.Begin(SessionRole.Server);
        await peer.Send(new Frame { Hello = Frames.Hello(hello => hello.Limits = null) });
        await peer.NextGoodbye(GoodbyeCode.ProtocolError);
    }

    [Theory]
    [ClassData(typeof(Roles))]
    public async Task Peers_without_a_common_revision_part(bool server)
    {
        var peer = ScriptedPeer.Begin(Roles.Of(server));
        await peer.Send(new Frame { Hello = Frames.Hello(hello => (hello.MinRevision, hello.MaxRevision) = (2, 3)) });
        Assert.Equal(SessionEndingKind.NoCommonRevision, (await peer.NextGoodbye(GoodbyeCode.ProtocolError)).Kind);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 2)]
    public async Task Revisions_that_do_not_rise_from_one_are_a_protocol_error(uint min, uint max)
    {
        var peer = ScriptedPeer.Begin(SessionRole.Client);
        await peer.Send(new Frame { Hello = Frames.Hello(hello => (hello.MinRevision, hello.MaxRevision) = (min, max)) });
        Assert.Equal(SessionEndingKind.ProtocolError, (await peer.NextGoodbye(GoodbyeCode.ProtocolError)).Kind);
    }

    [Fact]
    public async Task A_newer_peer_that_still_speaks_revision_1_is_welcome()
    {
        var peer = await ScriptedPeer.Start(SessionRole.Server, hello: Frames.Hello(hello => hello.MaxRevision = 9));
        Assert.Equal(9u, (await peer.Session.Established).MaxRevision);
    }

    [Theory]
    [InlineData("", 16)]
    [InlineData("w", 15)]
    [InlineData("w", 0)]
    public async Task A_worker_names_itself_and_its_process(string name, int idBytes)
    {
        var worker = new Worker { Name = name, ProcessId = ByteString.CopyFrom(new byte[idBytes]) };
        var peer = ScriptedPeer.Begin(SessionRole.Server);
        await peer.Send(new Frame { Hello = Frames.Hello(hello => hello.Worker = worker) });
        await peer.NextGoodbye(GoodbyeCode.ProtocolError);
    }

    [Fact]
    public void Options_out_of_range_are_told_by_name()
    {
        Check(new SessionOptions { PayloadBytes = 1 }, "PayloadBytes is 1; it must be 1024 to 65536.");
        Check(new SessionOptions { WindowBytes = 4095 }, "WindowBytes is 4095; it must be 4096 to 2147483647.");
        Check(new SessionOptions { JoinedBytes = 1000 }, "JoinedBytes is 1000; it must be 16777216 to 9223372036854775807.");
        Check(new SessionOptions { HelloTime = TimeSpan.Zero }, "HelloTime is 00:00:00; it must be above zero and at most one day.");
        static void Check(SessionOptions options, string message) =>
            Assert.Equal(message, Assert.Throws<ArgumentException>(options.Validate).Message);
    }
}
