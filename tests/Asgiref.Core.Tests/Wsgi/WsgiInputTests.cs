using System.Text;
using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Asgiref.Core.Wsgi;

namespace Asgiref.Core.Tests.Wsgi;

public class WsgiInputTests
{
    [Fact]
    [Covers("WSGI-04", "W2A-11", "PEP-31")]
    public async Task Parts_are_read_as_one_body_in_order() =>
        Assert.Equal("one two three", await ReadAsync(Text, Parts("one ", "", "two ", "three")));

    [Fact]
    [Covers("WSGI-03", "WSGI-05", "PEP-32", "PEP-50")]
    public async Task The_body_is_asked_for_only_when_the_application_reads_and_part_by_part()
    {
        using var firstRead = new SemaphoreSlim(0);
        using var goOn = new ManualResetEventSlim();
        await using var adapter = new WsgiToAsgi((environ, start) =>
        {
            var one = new byte[100];
            Assert.Equal(3, environ.Input().Read(one));
            firstRead.Release();
            Assert.True(goOn.Wait(Deadline.Default));
            Assert.Equal(3, environ.Input().Read(one));
            Assert.Equal(0, environ.Input().Read(one));
            start("204 No Content", []);
            return [];
        });
        var call = new WsgiCall().Feed("one", more: true);

        var run = call.Start(adapter);
        await firstRead.WaitAsync().WithDeadline();
        call.Feed("two", more: false);
        goOn.Set();

        await run.WithDeadline();
    }

    [Fact]
    [Covers("PEP-50", "WSGI-03")]
    public async Task An_application_that_does_not_read_never_asks_for_the_body()
    {
        await using var adapter = new WsgiToAsgi(WsgiCall.Answering("x"));
        var call = new WsgiCall();

        await call.Start(adapter).WithDeadline();

        Assert.False(call.Received.IsCompleted);
    }

    [Fact]
    [Covers("PEP-32")]
    public async Task Input_ends_at_the_content_length_without_waiting_for_more()
    {
        var scope = WsgiCall.Scope with { Headers = AsgiHeaders.Of(("content-length", "5")) };

        Assert.Equal("12345", await ReadAsync(Text, [Part("123", true), Part("45678", true)], scope));
    }

    [Fact]
    [Covers("PEP-31", "PEP-32")]
    public async Task Reading_at_the_end_gives_nothing_again_and_again()
    {
        var read = await ReadAsync(
            input => (input.ReadToEnd().Length, input.ReadToEnd().Length, input.Read(new byte[5]), input.ReadLine().Length),
            Parts("abc"));

        Assert.Equal((3, 0, 0, 0), read);
    }

    [Fact]
    [Covers("PEP-31")]
    public async Task ReadLine_joins_parts_stops_after_the_feed_and_honours_its_size()
    {
        var lines = await ReadAsync(
            input => new[] { input.ReadLine(), input.ReadLine(3), input.ReadLine(0), input.ReadLine(), input.ReadLine(), input.ReadLine() },
            Parts("fi", "rst\nsec", "ond\n", "end"));

        Assert.Equal(["first\n", "sec", "", "ond\n", "end", ""], lines.Select(Encoding.ASCII.GetString));
    }

    [Fact]
    [Covers("PEP-31")]
    public async Task ReadLines_and_iteration_give_every_line_and_the_hint_stops_early()
    {
        var all = await ReadAsync(input => input.ReadLines(), Parts("a\nb", "\nc"));
        var hinted = await ReadAsync(input => input.ReadLines(3), Parts("a\nb", "\nc"));
        var iterated = await ReadAsync(input => input.Lines().ToList(), Parts("a\nb", "\nc"));

        Assert.Equal(["a\n", "b\n", "c"], all.Select(Encoding.ASCII.GetString));
        Assert.Equal(["a\n", "b\n"], hinted.Select(Encoding.ASCII.GetString));
        Assert.Equal(["a\n", "b\n", "c"], iterated.Select(Encoding.ASCII.GetString));
    }

    [Fact]
    [Covers("PEP-31", "W2A-11")]
    public async Task It_is_an_ordinary_stream_for_readers_copies_and_async_code()
    {
        var text = await ReadAsync(input => new StreamReader(input).ReadToEnd(), Parts("text ", "reader"));
        var copied = await ReadAsync(
            input =>
            {
                using var copy = new MemoryStream();
                input.CopyTo(copy);
                return copy.Length;
            },
            Parts("abc", "de"));
        var awaited = await ReadAsync(input => input.ReadAsync(new byte[10]).AsTask().GetAwaiter().GetResult(), Parts("", "abc"));

        Assert.Equal("text reader", text);
        Assert.Equal(5, copied);
        Assert.Equal(3, awaited);
    }

    [Fact]
    [Covers("PEP-34")]
    public async Task An_application_that_disposes_it_all_the_same_does_no_harm()
    {
        var read = await ReadAsync(
            input =>
            {
                input.Dispose();
                return input.ReadToEnd().Length;
            },
            Parts("abc"));

        Assert.Equal(3, read);
    }

    [Fact]
    [Covers("WSGI-06")]
    public async Task An_event_that_does_not_belong_there_raises_and_names_it()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(Text, [new CustomEvent("strange")]));

        Assert.Contains("strange", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Covers("WSGI-06")]
    public async Task A_disconnect_ends_a_blocked_read_by_raising_in_the_applications_thread()
    {
        Exception? first = null;
        Exception? second = null;
        await using var adapter = new WsgiToAsgi((environ, _) =>
        {
            var input = environ.Input();
            first = Record.Exception(() => (object)input.ReadByte());
            second = Record.Exception(() => (object)input.ReadByte());
            throw first!;
        });
        var call = new WsgiCall();

        var run = call.Start(adapter);
        await call.Received.WithDeadline();
        call.Disconnect();

        var raised = await Assert.ThrowsAsync<ClientDisconnectedException>(() => run.WithDeadline());
        Assert.Same(first, raised);
        Assert.IsType<ClientDisconnectedException>(second);
        Assert.Empty(call.Sent);
    }

    [Fact]
    public async Task Cancelling_the_instance_ends_a_blocked_read()
    {
        using var cancel = new CancellationTokenSource();
        AsgiCancellation.Enter(cancel.Token);
        await using var adapter = new WsgiToAsgi((environ, _) =>
        {
            environ.Input().ReadExactly(new byte[1]);
            return [];
        });
        var call = new WsgiCall();

        var run = call.Start(adapter);
        await call.Received.WithDeadline();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WithDeadline());
        Assert.True(run.IsCanceled);
    }

    private static string Text(WsgiInput input) => Encoding.Latin1.GetString(input.ReadToEnd());

    private static AsgiEvent Part(string text, bool more) => new HttpRequestEvent { Body = WsgiCall.Bytes(text), MoreBody = more };

    private static AsgiEvent[] Parts(params string[] parts) => [.. parts.Select((text, index) => Part(text, index < parts.Length - 1))];

    private static async Task<T> ReadAsync<T>(Func<WsgiInput, T> read, AsgiEvent[] events, HttpScope? scope = null)
    {
        T? result = default;
        await using var adapter = new WsgiToAsgi((environ, start) =>
        {
            result = read((WsgiInput)environ["wsgi.input"]);
            start("204 No Content", []);
            return [];
        });
        var call = new WsgiCall();
        foreach (var message in events)
        {
            call.Feed(message);
        }

        await call.Start(adapter, scope).WithDeadline();
        return result!;
    }
}
