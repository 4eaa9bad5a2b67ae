using Asgiref.Core.Scopes;
using Asgiref.Core.Wsgi;
using static Asgiref.Core.Tests.Wsgi.WsgiCall;

namespace Asgiref.Core.Tests.Wsgi;

public class WsgiThreadTests
{
    [Fact]
    [Covers("WSGI-01", "WSGI-07", "WSGI-46", "W2A-01")]
    public async Task Sixty_four_requests_run_side_by_side_and_never_on_a_pool_thread()
    {
        using var barrier = new Barrier(64);
        var onPool = 0;
        await using var adapter = new WsgiToAsgi((environ, start) =>
        {
            Assert.True(barrier.SignalAndWait(Deadline.Default));
            _ = environ.Input().ReadByte();
            start("200 OK", []);
            Interlocked.Add(ref onPool, Thread.CurrentThread.IsThreadPoolThread ? 1 : 0);
            return [Bytes("x"), Bytes("y")];
        });
        var calls = Enumerable.Range(0, 64).Select(_ => new WsgiCall().Feed("b", more: false)).ToList();

        await Task.WhenAll(calls.Select(call => call.Start(adapter))).WithDeadline();

        Assert.All(calls, call => Assert.Equal("xy", call.Body));
        Assert.Equal(0, onPool);
    }

    [Fact]
    [Covers("WSGI-07", "PEP-53")]
    public async Task Single_threaded_runs_one_request_at_a_time_on_one_thread()
    {
        var running = 0;
        var threads = new HashSet<int>();
        await using var adapter = new WsgiToAsgi(
            (_, start) =>
            {
                Assert.Equal(1, Interlocked.Increment(ref running));
                threads.Add(Environment.CurrentManagedThreadId);
                start("204 No Content", []);
                Interlocked.Decrement(ref running);
                return [];
            },
            new WsgiOptions { SingleThreaded = true });

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => new WsgiCall().Start(adapter))).WithDeadline();

        Assert.Single(threads);
    }

    [Fact]
    [Covers("WSGI-07")]
    public async Task No_thread_within_the_time_out_is_answered_with_503_and_counted()
    {
        var clock = new FakeClock();
        var reached = new List<WsgiLimit>();
        using var release = new ManualResetEventSlim();
        using var entered = new SemaphoreSlim(0);
        var calls = 0;
        await using var adapter = new WsgiToAsgi(
            (_, start) =>
            {
                Interlocked.Increment(ref calls);
                entered.Release();
                Assert.True(release.Wait(Deadline.Default));
                start("204 No Content", []);
                return [];
            },
            new WsgiOptions { MaxThreads = 1, ThreadQueueTimeout = TimeSpan.FromSeconds(2.5), Clock = clock, LimitReached = reached.Add });
        var first = new WsgiCall().Start(adapter);
        await entered.WaitAsync().WithDeadline();
        var late = new WsgiCall();

        var waiting = late.Start(adapter);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(0.5));
        await waiting.WithDeadline();

        Assert.Equal(503, late.Status);
        Assert.Equal("3", late.Header("retry-after"));
        Assert.Equal([WsgiLimit.Threads], reached);
        release.Set();
        await first.WithDeadline();
        Assert.Equal(1, calls);
    }

    [Fact]
    [Covers("WSGI-07")]
    public async Task A_full_queue_is_answered_with_503_at_once()
    {
        using var release = new ManualResetEventSlim();
        using var entered = new SemaphoreSlim(0);
        await using var adapter = new WsgiToAsgi(
            (_, start) =>
            {
                entered.Release();
                Assert.True(release.Wait(Deadline.Default));
                start("204 No Content", []);
                return [];
            },
            new WsgiOptions { MaxThreads = 1, MaxQueuedRequests = 0 });
        var first = new WsgiCall().Start(adapter);
        await entered.WaitAsync().WithDeadline();
        var refused = new WsgiCall();

        await refused.Start(adapter).WithDeadline();

        Assert.Equal(503, refused.Status);
        release.Set();
        await first.WithDeadline();
    }

    [Fact]
    [Covers("CANC-03")]
    public async Task A_request_cancelled_while_it_waits_for_a_thread_never_reaches_the_application()
    {
        using var release = new ManualResetEventSlim();
        using var entered = new SemaphoreSlim(0);
        var calls = 0;
        await using var adapter = new WsgiToAsgi(
            (_, start) =>
            {
                Interlocked.Increment(ref calls);
                entered.Release();
                Assert.True(release.Wait(Deadline.Default));
                start("204 No Content", []);
                return [];
            },
            new WsgiOptions { MaxThreads = 1 });
        var first = new WsgiCall().Start(adapter);
        await entered.WaitAsync().WithDeadline();
        using var cancel = new CancellationTokenSource();
        AsgiCancellation.Enter(cancel.Token);

        var waiting = new WsgiCall().Start(adapter);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WithDeadline());
        release.Set();
        await first.WithDeadline();
        Assert.Equal(1, calls);
    }

    [Fact]
    [Covers("CTX-01")]
    public async Task The_callers_context_values_are_seen_and_changes_do_not_leak_to_the_next_request()
    {
        var local = new AsyncLocal<string>();
        var seen = new List<string?>();
        await using var adapter = new WsgiToAsgi(
            (_, start) =>
            {
                seen.Add(local.Value);
                local.Value = "changed";
                start("204 No Content", []);
                return [];
            },
            new WsgiOptions { SingleThreaded = true });

        local.Value = "first";
        await new WsgiCall().Start(adapter).WithDeadline();
        local.Value = null!;
        await new WsgiCall().Start(adapter).WithDeadline();

        Assert.Equal(["first", null], seen);
    }

    [Fact]
    [Covers("WSGI-44", "PEP-49", "EXC-01")]
    public async Task An_error_before_any_output_comes_out_as_the_same_object_with_its_stack_and_nothing_sent()
    {
        var call = new WsgiCall();
        var cause = new InvalidDataException();
        await using var adapter = new WsgiToAsgi((_, _) => RaiseHere(cause));

        var raised = await Assert.ThrowsAsync<InvalidDataException>(() => call.Start(adapter).WithDeadline());

        Assert.Same(cause, raised);
        Assert.Contains(nameof(RaiseHere), raised.StackTrace, StringComparison.Ordinal);
        Assert.Empty(call.Sent);
    }

    [Fact]
    [Covers("WSGI-44", "PEP-49")]
    public async Task An_error_after_the_start_comes_out_with_the_response_cut()
    {
        var call = new WsgiCall();
        await using var adapter = new WsgiToAsgi((_, start) => Body(start));

        await Assert.ThrowsAsync<InvalidDataException>(() => call.Start(adapter).WithDeadline());

        Assert.Equal(["start 200", "body a+"], call.Trace);

        static IEnumerable<ReadOnlyMemory<byte>> Body(StartResponse start)
        {
            start("200 OK", []);
            yield return Bytes("a");
            throw new InvalidDataException();
        }
    }

    [Fact]
    [Covers("WSGI-02", "WSGI-46")]
    public async Task A_scope_that_is_not_http_raises()
    {
        await using var adapter = new WsgiToAsgi(Answering("x"));

        foreach (var scope in new AsgiScope[] { new LifespanScope(), new WebSocketScope { Path = "/", HttpVersion = "1.1" } })
        {
            var error = await Assert.ThrowsAsync<NotSupportedException>(() => new WsgiCall().Start(adapter, scope).WithDeadline());
            Assert.Contains("non-HTTP scope", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    [Covers("WSGI-07")]
    public async Task After_disposal_no_thread_is_left_and_a_request_is_refused()
    {
        var threads = new System.Collections.Concurrent.ConcurrentBag<Thread>();
        using var barrier = new Barrier(8);
        var adapter = new WsgiToAsgi((_, start) =>
        {
            threads.Add(Thread.CurrentThread);
            Assert.True(barrier.SignalAndWait(Deadline.Default));
            start("204 No Content", []);
            return [];
        });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => new WsgiCall().Start(adapter))).WithDeadline();

        await adapter.DisposeAsync().WithDeadline();

        Assert.Equal(8, threads.Count);
        Assert.All(threads, thread => Assert.True(thread.Join(Deadline.Default)));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => new WsgiCall().Start(adapter).WithDeadline());
    }

    private static IEnumerable<ReadOnlyMemory<byte>> RaiseHere(Exception error) => throw error;
}
