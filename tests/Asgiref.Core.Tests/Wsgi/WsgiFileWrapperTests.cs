using Asgiref.Core.Wsgi;
using static Asgiref.Core.Tests.Wsgi.WsgiCall;

namespace Asgiref.Core.Tests.Wsgi;

public class WsgiFileWrapperTests
{
    [Fact]
    [Covers("PEP-35", "PEP-36", "PEP-38", "WSGI-46")]
    public async Task It_sends_the_rest_of_a_stream_in_blocks_with_its_length_and_disposes_it()
    {
        var file = new TrackedStream("0123456789") { Position = 2 };

        var call = await RunAsync((environ, start) =>
        {
            start("200 OK", []);
            return ((WsgiFileWrapperFactory)environ["wsgi.file_wrapper"])(file, 3);
        });

        Assert.Equal(["start 200", "body 234+", "body 567+", "body 89."], call.Trace);
        Assert.Equal("8", call.Header("content-length"));
        Assert.True(file.Disposed);
    }

    [Fact]
    [Covers("PEP-38")]
    public async Task An_empty_file_has_the_length_0()
    {
        var call = await RunAsync((_, start) =>
        {
            start("200 OK", []);
            return new WsgiFileWrapper(new TrackedStream(""));
        });

        Assert.Equal(["start 200", "body ."], call.Trace);
        Assert.Equal("0", call.Header("content-length"));
    }

    [Fact]
    [Covers("PEP-38", "WSGI-36")]
    public async Task The_applications_own_content_length_ends_it_earlier()
    {
        var call = await RunAsync((_, start) =>
        {
            start("200 OK", [("content-length", "4")]);
            return new WsgiFileWrapper(new TrackedStream("0123456789"), 3);
        });

        Assert.Equal(["start 200", "body 012+", "body 3."], call.Trace);
    }

    [Fact]
    [Covers("PEP-37")]
    public async Task Nothing_is_read_or_sent_unless_it_is_the_return_value()
    {
        var file = new TrackedStream("abc");

        var call = await RunAsync((_, start) =>
        {
            start("200 OK", []);
            GC.KeepAlive(new WsgiFileWrapper(file));
            return [Bytes("other")];
        });

        Assert.Equal("other", call.Body);
        Assert.False(file.Disposed);
        Assert.Equal(0, file.Position);
    }

    [Fact]
    [Covers("PEP-37")]
    public async Task Behind_middleware_it_is_an_ordinary_iterable_whose_chunks_may_be_kept()
    {
        var call = await RunAsync((_, start) =>
        {
            start("200 OK", []);
            return new WsgiFileWrapper(new TrackedStream("abcdef"), 2).ToList();
        });

        Assert.Equal("abcdef", call.Body);
    }

    [Fact]
    [Covers("PEP-38")]
    public async Task A_stream_of_unknown_length_is_sent_to_its_end()
    {
        var call = await RunAsync((_, start) =>
        {
            start("200 OK", []);
            return new WsgiFileWrapper(new TrackedStream("abcd", seekable: false), 3);
        });

        Assert.Equal(["start 200", "body abc+", "body d+", "body ."], call.Trace);
    }

    private sealed class TrackedStream(string content, bool seekable = true) : MemoryStream(Bytes(content).ToArray())
    {
        public override bool CanSeek => seekable;

        public bool Disposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            Disposed = true;
            base.Dispose(disposing);
        }
    }
}
