using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Asgiref.Core.Wsgi;
using static Asgiref.Core.Tests.Wsgi.WsgiCall;

namespace Asgiref.Core.Tests.Wsgi;

public class StartResponseTests
{
    [Fact]
    [Covers("WSGI-25", "PEP-03", "PEP-12")]
    public async Task The_head_waits_for_the_first_chunk_that_is_not_empty()
    {
        var call = new WsgiCall();
        await using var adapter = new WsgiToAsgi((_, start) => Body(start));

        await call.Start(adapter).WithDeadline();

        Assert.Equal(["start 200", "body a+", "body +", "body ."], call.Trace);

        IEnumerable<ReadOnlyMemory<byte>> Body(StartResponse start)
        {
            start("200 OK", []);
            yield return default;
            Assert.Empty(call.Sent);
            yield return Bytes("a");
            Assert.Equal(["start 200", "body a+"], call.Trace);
            yield return default;
        }
    }

    [Theory]
    [InlineData("200 OK", 200)]
    [InlineData("404 Not Found", 404)]
    [InlineData("204", 204)]
    [InlineData("599 ", 599)]
    [Covers("WSGI-26", "WSGI-27", "W2A-12")]
    public async Task The_status_is_the_number_before_the_first_space_with_or_without_a_reason(string status, int code)
    {
        var call = await RunAsync((_, start) =>
        {
            start(status, []);
            return [];
        });

        Assert.Equal(code, call.Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("OK")]
    [InlineData("20 OK")]
    [InlineData("2000 OK")]
    [InlineData("+20 OK")]
    [InlineData("100 Continue")]
    [InlineData("600 Over")]
    [InlineData("200 OK\r\nX: y")]
    [Covers("PEP-18", "PEP-41")]
    public async Task A_bad_status_raises_during_the_call(string status) => await AssertRefusedAsync(start => start(status, []));

    [Theory]
    [InlineData("x y", "v")]
    [InlineData("x:y", "v")]
    [InlineData("", "v")]
    [InlineData("x-\u00e9", "v")]
    [InlineData("x-a", "v\r\nSet-Cookie: forged")]
    [InlineData("x-a", "\u4e2d")]
    [InlineData("content-length", "many")]
    [InlineData("content-length", "-1")]
    [Covers("WSGI-28", "PEP-18", "PEP-29", "PEP-42")]
    public async Task A_bad_header_raises_during_the_call(string name, string value) =>
        await AssertRefusedAsync(start => start("200 OK", [(name, value)]));

    [Theory]
    [InlineData("Connection")]
    [InlineData("keep-alive")]
    [InlineData("Proxy-Authenticate")]
    [InlineData("proxy-authorization")]
    [InlineData("TE")]
    [InlineData("Trailer")]
    [InlineData("Transfer-Encoding")]
    [InlineData("Upgrade")]
    [Covers("PEP-18")]
    public async Task A_hop_by_hop_header_of_the_application_raises(string name) =>
        await AssertRefusedAsync(start => start("200 OK", [(name, "x")]));

    [Fact]
    [Covers("WSGI-28", "W2A-12", "PEP-29")]
    public async Task Names_become_lower_case_values_stay_latin_1_and_order_and_repeats_are_kept()
    {
        var call = await RunAsync((_, start) =>
        {
            start("200 OK", [("Set-Cookie", "a=1"), ("X-Thing", "\u00e9"), ("SET-COOKIE", "b=2")]);
            return [Bytes("a"), Bytes("b")];
        });

        Assert.Equal(["set-cookie: a=1", "x-thing: \u00e9", "set-cookie: b=2"], call.Head.Headers.Select(header => header.ToString()));
    }

    [Fact]
    [Covers("WSGI-38")]
    public async Task Two_different_content_lengths_raise_and_two_equal_ones_become_one()
    {
        await AssertRefusedAsync(start => start("200 OK", [("Content-Length", "1"), ("content-length", "2")]));
        var call = await RunAsync((_, start) =>
        {
            start("200 OK", [("Content-Length", "1"), ("content-length", "1")]);
            return [Bytes("a")];
        });

        Assert.Equal(["1"], call.Head.Headers.GetTexts("content-length"));
    }

    [Fact]
    [Covers("WSGI-29", "PEP-16")]
    public async Task A_second_call_without_exc_info_raises()
    {
        var error = await Assert.ThrowsAsync<WsgiProtocolException>(() => RunAsync((_, start) =>
        {
            start("200 OK", []);
            start("404 Not Found", []);
            return [];
        }));

        Assert.Contains("second time without exc_info", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Covers("PEP-16")]
    public async Task It_raises_also_when_the_first_call_did()
    {
        await Assert.ThrowsAsync<WsgiProtocolException>(() => RunAsync((_, start) =>
        {
            Assert.Throws<WsgiProtocolException>(() => start("bad", []));
            start("200 OK", []);
            return [];
        }));
    }

    [Fact]
    [Covers("WSGI-30", "WSGI-38", "PEP-14")]
    public async Task With_exc_info_and_nothing_sent_status_headers_and_length_are_replaced()
    {
        var call = await RunAsync((_, start) =>
        {
            start("200 OK", [("Content-Length", "3"), ("x-old", "1")]);
            start("500 Broken", [("x-new", "1")], ExceptionDispatchInfo.Capture(new InvalidOperationException()));
            return [Bytes("longer"), Bytes(" body")];
        });

        Assert.Equal(500, call.Status);
        Assert.Equal(["x-new: 1"], call.Head.Headers.Select(header => header.ToString()));
        Assert.Equal("longer body", call.Body);
    }

    [Fact]
    [Covers("WSGI-31", "WSGI-44", "PEP-15")]
    public async Task With_exc_info_after_output_that_very_error_is_raised_and_the_response_stays_cut()
    {
        var cause = new InvalidDataException("the application's own");
        var call = new WsgiCall();
        await using var adapter = new WsgiToAsgi((_, start) => Body(start));

        var raised = await Assert.ThrowsAsync<InvalidDataException>(() => call.Start(adapter).WithDeadline());

        Assert.Same(cause, raised);
        Assert.Equal(["start 200", "body a+"], call.Trace);

        IEnumerable<ReadOnlyMemory<byte>> Body(StartResponse start)
        {
            start("200 OK", []);
            yield return Bytes("a");
            start("500 Broken", [], ExceptionDispatchInfo.Capture(cause));
        }
    }

    [Fact]
    [Covers("WSGI-32", "PEP-16")]
    public async Task Without_exc_info_after_output_the_error_is_clear()
    {
        await using var adapter = new WsgiToAsgi((_, start) => Body(start));

        await Assert.ThrowsAsync<WsgiProtocolException>(() => new WsgiCall().Start(adapter).WithDeadline());

        static IEnumerable<ReadOnlyMemory<byte>> Body(StartResponse start)
        {
            start("200 OK", []);
            yield return Bytes("a");
            start("200 OK", []);
        }
    }

    [Fact]
    [Covers("PEP-17")]
    public async Task No_reference_to_exc_info_is_kept_after_the_call()
    {
        WeakReference? kept = null;
        await RunAsync((_, start) =>
        {
            kept = StartWithError(start);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Assert.False(kept.IsAlive);
            return [];
        });

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference StartWithError(StartResponse start)
        {
            var info = ExceptionDispatchInfo.Capture(new InvalidOperationException());
            start("500 Broken", [], info);
            return new WeakReference(info);
        }
    }

    [Fact]
    [Covers("PEP-11")]
    public async Task It_may_come_only_in_the_first_iteration()
    {
        var call = await RunAsync((_, start) => Body(start));

        Assert.Equal(["start 200", "body late+", "body ."], call.Trace);

        static IEnumerable<ReadOnlyMemory<byte>> Body(StartResponse start)
        {
            start("200 OK", []);
            yield return Bytes("late");
        }
    }

    [Fact]
    [Covers("WSGI-42", "PEP-11")]
    public async Task Without_it_the_first_chunk_and_the_end_raise_with_nothing_sent()
    {
        foreach (var body in new[] { new[] { Bytes("a") }, [] })
        {
            var call = new WsgiCall();
            await using var adapter = new WsgiToAsgi((_, _) => body);

            var error = await Assert.ThrowsAsync<WsgiProtocolException>(() => call.Start(adapter).WithDeadline());

            Assert.Contains("start_response was not called", error.Message, StringComparison.Ordinal);
            Assert.Empty(call.Sent);
        }
    }

    private static Task AssertRefusedAsync(Func<StartResponse, WsgiWrite> call) =>
        RunAsync((_, start) =>
        {
            Assert.Throws<WsgiProtocolException>(() => call(start));
            start("500 Broken", [], ExceptionDispatchInfo.Capture(new InvalidOperationException()));
            return [];
        });
}
