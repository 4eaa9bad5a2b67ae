using Asgiref.Core.Events;
using Asgiref.Core.Wsgi;
using static Asgiref.Core.Tests.Wsgi.WsgiCall;

namespace Asgiref.Core.Tests.Wsgi;

public class ResponseBodyTests
{
    [Fact]
    [Covers("WSGI-33", "W2A-13", "PEP-01", "PEP-05", "PEP-07", "PEP-44", "PEP-48")]
    public async Task Each_chunk_is_one_body_event_and_an_empty_one_ends_the_response()
    {
        var call = await RunAsync(Answering("a\r\n", "b\n", "\u00ff"));

        Assert.Equal(["start 200", "body a\r\n+", "body b\n+", "body \u00ff+", "body ."], call.Trace);
    }

    [Fact]
    [Covers("WSGI-34")]
    public async Task An_empty_iterable_still_sends_the_start_and_the_end() =>
        Assert.Equal(["start 200", "body ."], (await RunAsync(Answering())).Trace);

    [Fact]
    [Covers("PEP-21")]
    public async Task A_body_that_turns_out_to_be_empty_has_the_length_0_unless_HEAD_or_the_status_hides_it()
    {
        var uncounted = await RunAsync((_, start) =>
        {
            start("200 OK", []);
            return Enumerable.Empty<ReadOnlyMemory<byte>>().Where(_ => true);
        });
        var bodyless = await RunAsync((_, start) =>
        {
            start("304 Not Modified", []);
            return [];
        });

        Assert.Equal("0", (await RunAsync(Answering())).Header("content-length"));
        Assert.Equal("0", uncounted.Header("content-length"));
        Assert.Null(bodyless.Header("content-length"));
        Assert.Null((await RunAsync(Answering(), Scope with { Method = "HEAD" })).Header("content-length"));
    }

    [Fact]
    [Covers("WSGI-35", "PEP-45")]
    public async Task An_empty_chunk_after_the_head_is_sent_as_an_empty_body_event() =>
        Assert.Equal(["start 200", "body a+", "body +", "body b+", "body ."], (await RunAsync(Answering("a", "", "b"))).Trace);

    [Fact]
    [Covers("PEP-06", "PEP-44")]
    public async Task The_next_chunk_is_asked_for_only_when_the_last_one_has_been_taken()
    {
        var taken = new TaskCompletionSource();
        var sending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var second = false;
        var call = new WsgiCall
        {
            OnSend = message =>
            {
                if (message is not HttpResponseBodyEvent { BodyOrDefault.IsEmpty: false })
                {
                    return Task.CompletedTask;
                }

                sending.TrySetResult();
                return taken.Task;
            },
        };
        await using var adapter = new WsgiToAsgi((_, start) => Body(start));

        var run = call.Start(adapter);
        await sending.Task.WithDeadline();
        Assert.False(Volatile.Read(ref second));
        taken.SetResult();
        await run.WithDeadline();

        Assert.True(second);

        IEnumerable<ReadOnlyMemory<byte>> Body(StartResponse start)
        {
            start("200 OK", []);
            yield return Bytes("a");
            Volatile.Write(ref second, true);
            yield return Bytes("b");
        }
    }

    [Fact]
    [Covers("WSGI-36", "PEP-20")]
    public async Task Output_is_cut_at_the_content_length_whose_last_byte_ends_the_response() =>
        Assert.Equal(["start 200", "body 123+", "body 45."], (await RunAsync(WithLength("5", "123", "4567", "8"))).Trace);

    [Fact]
    [Covers("WSGI-36", "PEP-12")]
    public async Task A_content_length_of_zero_sends_no_body() =>
        Assert.Equal(["start 200", "body ."], (await RunAsync(WithLength("0", "abc", "d"))).Trace);

    [Fact]
    [Covers("WSGI-37", "PEP-10", "PEP-20")]
    public async Task Iteration_stops_once_the_content_length_was_sent()
    {
        var call = await RunAsync((_, start) => Body(start));

        Assert.Equal(["start 200", "body ab+", "body cd."], call.Trace);

        static IEnumerable<ReadOnlyMemory<byte>> Body(StartResponse start)
        {
            start("200 OK", [("content-length", "4")]);
            yield return Bytes("ab");
            yield return Bytes("cd");
            Assert.Fail("A chunk beyond the Content-Length was asked for.");
        }
    }

    [Fact]
    [Covers("WSGI-39", "PEP-19")]
    public async Task A_body_shorter_than_its_content_length_raises_and_leaves_the_response_cut()
    {
        var call = new WsgiCall();
        await using var adapter = new WsgiToAsgi(WithLength("10", "abc", "d"));

        var error = await Assert.ThrowsAsync<WsgiProtocolException>(() => call.Start(adapter).WithDeadline());

        Assert.Contains("has 4 bytes, but its Content-Length is 10", error.Message, StringComparison.Ordinal);
        Assert.Equal(["start 200", "body abc+", "body d+"], call.Trace);
    }

    [Fact]
    [Covers("WSGI-39", "PEP-19")]
    public async Task A_missing_body_raises_before_anything_is_sent_so_that_the_server_can_still_answer()
    {
        var call = new WsgiCall();
        await using var adapter = new WsgiToAsgi(WithLength("10"));

        await Assert.ThrowsAsync<WsgiProtocolException>(() => call.Start(adapter).WithDeadline());

        Assert.Empty(call.Sent);
    }

    [Fact]
    [Covers("WSGI-43", "PEP-52")]
    public async Task HEAD_runs_the_application_and_a_length_without_a_body_is_no_error()
    {
        var head = Scope with { Method = "HEAD" };

        var without = await RunAsync(WithLength("10"), head);
        var with = await RunAsync(Answering("abc"), head);
        var empty = await RunAsync(Answering(""), head);

        Assert.Equal("10", without.Header("content-length"));
        Assert.Equal(["start 200", "body abc."], with.Trace);
        Assert.Null(empty.Header("content-length"));
    }

    [Fact]
    [Covers("PEP-19", "PEP-52")]
    public async Task A_304_may_name_the_length_of_the_body_that_it_does_not_have()
    {
        var call = await RunAsync((_, start) =>
        {
            start("304 Not Modified", [("content-length", "10")]);
            return [];
        });

        Assert.Equal(["start 304", "body ."], call.Trace);
    }

    [Fact]
    [Covers("PEP-08", "PEP-21")]
    public async Task A_single_chunk_of_a_counted_iterable_gives_the_content_length_and_ends_the_response()
    {
        var call = await RunAsync(Answering("12345"));

        Assert.Equal("5", call.Header("content-length"));
        Assert.Equal(["start 200", "body 12345."], call.Trace);
    }

    [Fact]
    [Covers("PEP-08", "PEP-21")]
    public async Task A_collection_expression_counts_as_a_counted_iterable()
    {
        var call = await RunAsync((_, start) =>
        {
            start("200 OK", []);
            return ["hello"u8.ToArray()];
        });

        Assert.Equal("5", call.Header("content-length"));
    }

    [Fact]
    [Covers("PEP-13", "PEP-21")]
    public async Task The_length_is_not_guessed_for_uncounted_iterables_several_chunks_or_bodyless_statuses()
    {
        Assert.Null((await RunAsync((_, start) =>
        {
            start("200 OK", []);
            return Enumerable.Range(0, 1).Select(_ => Bytes("x"));
        })).Header("content-length"));
        Assert.Null((await RunAsync(Answering("a", "b"))).Header("content-length"));
        Assert.Null((await RunAsync((_, start) =>
        {
            start("205 Reset Content", []);
            return [Bytes("dropped")];
        })).Header("content-length"));
    }

    [Fact]
    [Covers("WSGI-42")]
    public async Task A_null_iterable_raises_a_clear_error()
    {
        await using var adapter = new WsgiToAsgi((_, start) =>
        {
            start("200 OK", []);
            return null!;
        });

        await Assert.ThrowsAsync<WsgiProtocolException>(() => new WsgiCall().Start(adapter).WithDeadline());
    }

    private static WsgiApplication WithLength(string length, params string[] chunks) => (_, start) =>
    {
        start("200 OK", [("Content-Length", length)]);
        return chunks.Select(Bytes);
    };
}
