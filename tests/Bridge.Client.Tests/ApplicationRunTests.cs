using Asgiref.Core;
using Asgiref.Core.Events;
using Bridge.Protocol;
using Bridge.Server.Tests.Grpc;

namespace Bridge.Client.Tests;

public sealed class ApplicationRunTests
{
    [Fact]
    [Covers("PB-08", "CORE-10", "CORE-11")]
    public async Task A_conversation_goes_both_ways_and_ends_with_null()
    {
        await using var host = await GrpcHost.StartAsync(Applications.WebSocketEcho);
        using var client = new BridgeClient(host.Address);
        await using var run = await client.RunAsync("app", Scopes.WebSocket).WithDeadline();
        await run.SendAsync(WebSocketConnectEvent.Instance).WithDeadline();
        Assert.IsType<WebSocketAcceptEvent>(await run.ReceiveAsync().WithDeadline());

        Assert.True(await run.SendAsync(new WebSocketReceiveEvent { Text = "" }).WithDeadline());
        Assert.Equal("", Assert.IsType<WebSocketSendEvent>(await run.ReceiveAsync().WithDeadline()).Text);
        await run.SendAsync(new WebSocketReceiveEvent { Bytes = new byte[] { 0xff } }).WithDeadline();
        Assert.Equal([0xff], Assert.IsType<WebSocketSendEvent>(await run.ReceiveAsync().WithDeadline()).Bytes!.Value.ToArray());

        await run.SendAsync(new WebSocketDisconnectEvent { Code = 1000 }).WithDeadline();
        Assert.Null(await run.ReceiveAsync().WithDeadline());
        Assert.Null(await run.ReceiveAsync().WithDeadline());
        Assert.Equal(RunEndingKind.Disconnected, (await run.Completion.WithDeadline()).Kind);
        Assert.False(await run.SendAsync(new CustomEvent("late.event")).WithDeadline());
    }

    [Fact]
    public async Task The_blocking_forms_do_the_same_on_a_thread_of_the_callers()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Echo);
        using var client = new BridgeClient(host.Address);
        var events = new List<AsgiEvent>();
        var done = new TaskCompletionSource<RunEnding>();
        new Thread(() =>
        {
            using var run = client.Run("app", Scopes.Post);
            run.Send(new HttpRequestEvent { Body = "text"u8.ToArray() });
            while (run.Receive() is { } message)
            {
                events.Add(message);
            }

            done.SetResult(run.Completion.GetAwaiter().GetResult());
        }).Start();

        Assert.Equal(RunEndingKind.Finished, (await done.Task.WithDeadline()).Kind);
        Assert.Equal([HttpResponseStartEvent.TypeName, HttpResponseBodyEvent.TypeName], events.Select(message => message.Type));
    }

    [Fact]
    public async Task A_blocking_form_needs_no_synchronisation_context_to_go_on()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var client = new BridgeClient(host.Address);
        var done = new TaskCompletionSource<int>();
        new Thread(() =>
        {
            // Whatever is posted to it waits for ever, as on a user-interface thread that is blocked.
            SynchronizationContext.SetSynchronizationContext(new DeadContext());
            using var run = client.Run("app", Scopes.Post);
            done.SetResult(((HttpResponseStartEvent)run.Receive()!).Status);
        }).Start();

        Assert.Equal(200, await done.Task.WithDeadline());
    }

    [Fact]
    public async Task Events_can_be_enumerated()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var client = new BridgeClient(host.Address);
        await using var run = await client.RunAsync("app", Scopes.Post).WithDeadline();
        await run.CompleteSendingAsync().WithDeadline();
        var types = new List<string>();
        await foreach (var message in run.ReceiveAllAsync())
        {
            types.Add(message.Type);
        }

        Assert.Equal([HttpResponseStartEvent.TypeName, HttpResponseBodyEvent.TypeName], types);
        Assert.Equal(RunEndingKind.Finished, (await run.Completion.WithDeadline()).Kind);
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.SendAsync(HttpDisconnectEvent.Instance).AsTask());
    }

    [Fact]
    [Covers("GAP-14")]
    public async Task A_receive_that_is_given_up_loses_no_event_and_ends_no_run()
    {
        var goOn = new TaskCompletionSource();
        await using var host = await GrpcHost.StartAsync(async (scope, receive, send) =>
        {
            await goOn.Task;
            await Applications.Hello(scope, receive, send);
        });
        using var client = new BridgeClient(host.Address);
        await using var run = await client.RunAsync("app", Scopes.Post).WithDeadline();
        using var giveUp = new CancellationTokenSource();
        var given = run.ReceiveAsync(giveUp.Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => run.ReceiveAsync().AsTask());
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given.WithDeadline());

        goOn.SetResult();

        Assert.IsType<HttpResponseStartEvent>(await run.ReceiveAsync().WithDeadline());
    }

    [Theory]
    [InlineData("token")]
    [InlineData("cancel")]
    [InlineData("dispose")]
    [Covers("PB-08", "PB-11")]
    public async Task Leaving_in_the_middle_disconnects_the_application_once(string way)
    {
        var seen = new TaskCompletionSource<AsgiEvent>();
        await using var host = await GrpcHost.StartAsync(async (_, receive, send) =>
        {
            await send(new HttpResponseStartEvent { Status = 200 });
            await Task.Delay(Timeout.InfiniteTimeSpan, AsgiCancellation.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            seen.SetResult(await receive());
        });
        using var client = new BridgeClient(host.Address);
        using var cancel = new CancellationTokenSource();
        await using var run = await client.RunAsync("app", Scopes.Post, cancellationToken: cancel.Token).WithDeadline();
        await run.SendAsync(new HttpRequestEvent { MoreBody = true }).WithDeadline();
        Assert.IsType<HttpResponseStartEvent>(await run.ReceiveAsync().WithDeadline());
        var pending = run.ReceiveAsync().AsTask();
        switch (way)
        {
            case "token":
                await cancel.CancelAsync();
                break;
            case "cancel":
                run.Cancel();
                break;
            default:
                run.Dispose();
                break;
        }

        Assert.IsType<HttpDisconnectEvent>(await seen.Task.WithDeadline());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending.WithDeadline());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Completion.WithDeadline());
    }

    [Fact]
    [Covers("CORE-19")]
    public async Task What_cannot_cross_is_refused_before_it_is_sent()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var client = new BridgeClient(host.Address);
        await using var run = await client.RunAsync("app", Scopes.Post).WithDeadline();

        await Assert.ThrowsAsync<InvalidMessageException>(() => run.SendAsync(new HttpResponseBodyEvent()).AsTask());
        await Assert.ThrowsAsync<InvalidMessageException>(() => client.RunAsync("app", Scopes.Post with { Path = "" }));
    }

    [Fact]
    [Covers("PB-10")]
    public async Task A_message_beyond_the_limit_is_refused_before_it_is_sent_and_the_run_goes_on()
    {
        await using var host = await GrpcHost.StartAsync(Applications.WebSocketEcho);
        using var client = new BridgeClient(host.Address);
        await using var run = await client.RunAsync("app", Scopes.WebSocket).WithDeadline();
        await run.SendAsync(WebSocketConnectEvent.Instance).WithDeadline();
        var large = new WebSocketReceiveEvent { Bytes = new byte[5 * 1024 * 1024] };

        var error = await Assert.ThrowsAsync<InvalidMessageException>(() => run.SendAsync(large).AsTask());

        Assert.Contains("MaxMessageBytes", error.Message, StringComparison.Ordinal);
        Assert.True(await run.SendAsync(new WebSocketReceiveEvent { Text = "small" }).WithDeadline());
        Assert.IsType<WebSocketAcceptEvent>(await run.ReceiveAsync().WithDeadline());
        Assert.Equal("small", Assert.IsType<WebSocketSendEvent>(await run.ReceiveAsync().WithDeadline()).Text);
        var scope = Scopes.Chat with { Extra = [new("blob", new byte[5 * 1024 * 1024])] };
        await Assert.ThrowsAsync<InvalidMessageException>(() => client.RunAsync("app", scope).WithDeadline());
    }

    [Fact]
    public async Task The_longest_time_limit_is_no_limit()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var client = new BridgeClient(host.Address);
        await using var run = await client.RunAsync("app", Scopes.Post, timeLimit: TimeSpan.MaxValue).WithDeadline();

        Assert.IsType<HttpResponseStartEvent>(await run.ReceiveAsync().WithDeadline());
    }

    [Fact]
    public async Task A_run_of_a_closed_client_is_cancelled()
    {
        await using var host = await GrpcHost.StartAsync(async (_, receive, _) => await receive());
        using var client = new BridgeClient(host.Address);
        await using var run = await client.RunAsync("app", Scopes.Post).WithDeadline();
        var pending = run.ReceiveAsync().AsTask();

        client.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending.WithDeadline());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.RunAsync("app", Scopes.Post));
    }

    [Fact]
    public async Task Leaving_is_safe_from_several_threads_and_after_the_end()
    {
        await using var host = await GrpcHost.StartAsync(async (_, receive, _) => await receive());
        using var client = new BridgeClient(host.Address);
        for (var i = 0; i < 50; i++)
        {
            var run = await client.RunAsync("app", Scopes.Post).WithDeadline();
            await Task.WhenAll(
                Task.Run(run.Cancel), Task.Run(run.Dispose), Task.Run(async () => await run.DisposeAsync()), Task.Run(run.Cancel)).WithDeadline();
            run.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.CompleteSendingAsync().WithDeadline());
        }
    }

    private sealed class DeadContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
