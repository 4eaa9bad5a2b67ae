using System.Collections;
using Asgiref.Core.Wsgi;
using static Asgiref.Core.Tests.Wsgi.WsgiCall;

namespace Asgiref.Core.Tests.Wsgi;

[Covers("WSGI-40", "PEP-09", "MOVE-03")]
public class DisposalTests
{
    [Fact]
    public async Task The_iterable_and_its_enumerator_are_disposed_at_the_normal_end()
    {
        var body = new Body(["a", "b"]);

        await RunAsync(Returning(body));

        Assert.Equal(["enumerator", "iterable"], body.Disposed);
    }

    [Fact]
    public async Task They_are_disposed_when_the_iteration_raises_and_its_error_comes_out()
    {
        var cause = new InvalidDataException();
        var body = new Body(["a"]) { AtEnd = cause };

        var raised = await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync(Returning(body)));

        Assert.Same(cause, raised);
        Assert.Equal(["enumerator", "iterable"], body.Disposed);
    }

    [Fact]
    [Covers("WSGI-37")]
    public async Task They_are_disposed_when_the_content_length_stops_the_iteration()
    {
        var body = new Body(["a", "b", "c"]);

        await RunAsync(Returning(body, ("content-length", "1")));

        Assert.Equal(["enumerator", "iterable"], body.Disposed);
    }

    [Fact]
    public async Task They_are_disposed_when_the_head_is_missing()
    {
        var body = new Body(["a"]);

        await Assert.ThrowsAsync<WsgiProtocolException>(() => RunAsync((_, _) => body));

        Assert.Equal(["enumerator", "iterable"], body.Disposed);
    }

    [Fact]
    public async Task They_are_disposed_when_the_client_has_gone()
    {
        var body = new Body(["a", "b"]);
        var call = new WsgiCall();
        call.Disconnect();
        await using var adapter = new WsgiToAsgi(Returning(body));

        await Assert.ThrowsAsync<ClientDisconnectedException>(() => call.Start(adapter).WithDeadline());

        Assert.Equal(["enumerator", "iterable"], body.Disposed);
    }

    [Fact]
    public async Task They_are_disposed_when_the_instance_is_cancelled_in_a_blocked_send()
    {
        using var cancel = new CancellationTokenSource();
        AsgiCancellation.Enter(cancel.Token);
        var sending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var body = new Body(["a", "b"]);
        var call = new WsgiCall
        {
            OnSend = _ =>
            {
                sending.TrySetResult();
                return new TaskCompletionSource().Task;
            },
        };
        await using var adapter = new WsgiToAsgi(Returning(body));

        var run = call.Start(adapter);
        await sending.Task.WithDeadline();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WithDeadline());
        Assert.Equal(["enumerator", "iterable"], body.Disposed);
    }

    [Fact]
    public async Task A_generators_finally_block_runs_on_an_early_stop()
    {
        var ended = false;
        await RunAsync((_, start) => Generate(start));

        Assert.True(ended);

        IEnumerable<ReadOnlyMemory<byte>> Generate(StartResponse start)
        {
            start("200 OK", [("content-length", "1")]);
            try
            {
                yield return Bytes("a");
                yield return Bytes("b");
            }
            finally
            {
                ended = true;
            }
        }
    }

    [Fact]
    [Covers("PEP-49")]
    public async Task An_error_of_the_disposal_after_a_complete_response_comes_out()
    {
        var cause = new InvalidDataException();
        var body = new Body(["a"]) { AtDispose = cause };
        var call = new WsgiCall();
        await using var adapter = new WsgiToAsgi(Returning(body));

        Assert.Same(cause, await Assert.ThrowsAsync<InvalidDataException>(() => call.Start(adapter).WithDeadline()));
        Assert.Equal(["start 200", "body a+", "body ."], call.Trace);
    }

    [Fact]
    [Covers("PEP-49")]
    public async Task An_error_of_the_disposal_after_an_error_is_written_down_and_does_not_hide_it()
    {
        var cause = new InvalidDataException();
        var body = new Body(["a"]) { AtEnd = cause, AtDispose = new FormatException("second") };
        using var errors = new StringWriter();

        var raised = await Assert.ThrowsAsync<InvalidDataException>(
            () => RunAsync(Returning(body), options: new WsgiOptions { Errors = errors }));

        Assert.Same(cause, raised);
        Assert.Contains("second", errors.ToString(), StringComparison.Ordinal);
    }

    private static WsgiApplication Returning(Body body, params (string Name, string Value)[] headers) => (_, start) =>
    {
        start("200 OK", headers);
        return body;
    };

    private sealed class Body(string[] chunks) : IEnumerable<ReadOnlyMemory<byte>>, IDisposable
    {
        public List<string> Disposed { get; } = [];

        public Exception? AtEnd { get; init; }

        public Exception? AtDispose { get; init; }

        public IEnumerator<ReadOnlyMemory<byte>> GetEnumerator()
        {
            try
            {
                foreach (var chunk in chunks)
                {
                    yield return Bytes(chunk);
                }

                if (AtEnd is not null)
                {
                    throw AtEnd;
                }
            }
            finally
            {
                Disposed.Add("enumerator");
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public void Dispose()
        {
            Disposed.Add("iterable");
            if (AtDispose is not null)
            {
                throw AtDispose;
            }
        }
    }
}
