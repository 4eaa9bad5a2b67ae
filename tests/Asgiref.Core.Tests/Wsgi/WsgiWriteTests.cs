using Asgiref.Core.Wsgi;
using static Asgiref.Core.Tests.Wsgi.WsgiCall;

namespace Asgiref.Core.Tests.Wsgi;

public class WsgiWriteTests
{
    [Fact]
    [Covers("WSGI-41", "PEP-04", "PEP-12", "PEP-46", "PEP-47")]
    public async Task Written_bytes_are_sent_before_write_returns_and_before_the_iterable()
    {
        var call = new WsgiCall();
        await using var adapter = new WsgiToAsgi((_, start) =>
        {
            var write = start("200 OK", []);
            write(Bytes("one "));
            Assert.Equal(["start 200", "body one +"], call.Trace);
            write(Bytes("two "));
            return [Bytes("three")];
        });

        await call.Start(adapter).WithDeadline();

        Assert.Equal("one two three", call.Body);
        Assert.Equal("body .", call.Trace.Last());
        Assert.Null(call.Header("content-length"));
    }

    [Fact]
    [Covers("PEP-12")]
    public async Task The_first_write_sends_the_head_even_if_it_is_empty()
    {
        var call = new WsgiCall();
        await using var adapter = new WsgiToAsgi((_, start) =>
        {
            start("200 OK", [])(default);
            Assert.Equal(200, call.Status);
            return [];
        });

        await call.Start(adapter).WithDeadline();
    }

    [Fact]
    [Covers("PEP-20")]
    public async Task A_write_beyond_the_content_length_raises_and_sends_nothing_of_it()
    {
        var call = new WsgiCall();
        await using var adapter = new WsgiToAsgi((_, start) =>
        {
            var write = start("200 OK", [("content-length", "5")]);
            write(Bytes("123"));
            write(Bytes("456"));
            return [];
        });

        await Assert.ThrowsAsync<WsgiProtocolException>(() => call.Start(adapter).WithDeadline());

        Assert.Equal(["start 200", "body 123+"], call.Trace);
    }

    [Fact]
    [Covers("PEP-20", "WSGI-37")]
    public async Task Writes_that_fill_the_content_length_need_no_iterable()
    {
        var call = await RunAsync((_, start) =>
        {
            start("200 OK", [("content-length", "3")])(Bytes("123"));
            return [];
        });

        Assert.Equal(["start 200", "body 123+", "body ."], call.Trace);
    }

    [Fact]
    [Covers("WSGI-41")]
    public async Task A_write_after_the_end_raises()
    {
        WsgiWrite? kept = null;
        await RunAsync((_, start) =>
        {
            kept = start("200 OK", []);
            return [Bytes("x")];
        });

        Assert.Throws<WsgiProtocolException>(() => kept!(Bytes("late")));
    }

    [Fact]
    [Covers("WSGI-41")]
    public async Task A_write_to_a_client_that_has_gone_raises_in_the_application()
    {
        var call = new WsgiCall();
        Exception? seen = null;
        await using var adapter = new WsgiToAsgi((_, start) =>
        {
            var write = start("200 OK", []);
            write(Bytes("a"));
            call.Disconnect();
            seen = Assert.Throws<ClientDisconnectedException>(() => write(Bytes("b")));
            throw seen;
        });

        var raised = await Assert.ThrowsAsync<ClientDisconnectedException>(() => call.Start(adapter).WithDeadline());

        Assert.Same(seen, raised);
    }
}
