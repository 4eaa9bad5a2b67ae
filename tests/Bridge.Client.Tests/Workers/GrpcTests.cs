using System.Security.Cryptography.X509Certificates;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Bridge.Client.Workers;
using Bridge.Server.Tests.Hosting;
using Grpc.Core;
using static Bridge.Client.Tests.Workers.WorkerFixture;

namespace Bridge.Client.Tests.Workers;

/// <summary>A worker on a real connection to a real Kestrel.</summary>
public sealed class GrpcTests
{
    private const int BodyBytes = 1_000_000;

    [Fact]
    public async Task Over_TCP_in_the_clear_with_a_token()
    {
        await using var bridge = new GrpcBridge();
        await bridge.StartAsync();
        await ServeAsync(bridge, options => options.Token = "se-cret");

        Assert.Equal(["Bearer se-cret"], bridge.Authorizations);
    }

    [Fact]
    public async Task Over_a_Unix_domain_socket()
    {
        var path = Path.Combine(Path.GetTempPath(), $"worker-{Guid.NewGuid():N}.sock");
        await using var bridge = new GrpcBridge { UnixSocket = path };
        await bridge.StartAsync();
        await ServeAsync(bridge);

        Assert.Equal([null], bridge.Authorizations);
    }

    [Fact]
    public async Task Over_TLS_with_a_certificate_that_the_program_trusts()
    {
        await using var bridge = new GrpcBridge { Certificate = GrpcBridge.CreateCertificate() };
        await bridge.StartAsync();
        await ServeAsync(bridge, options => options.ConfigureConnection = handler =>
            handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is X509Certificate2 seen && seen.Thumbprint == bridge.Certificate!.Thumbprint);
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_is_a_logged_reason_to_dial_again()
    {
        await using var bridge = new GrpcBridge { Certificate = GrpcBridge.CreateCertificate() };
        await bridge.StartAsync();
        await using var fixture = new WorkerFixture(Greeting, options => Connect(options, bridge));
        await fixture.Worker.StartAsync();
        await WaitUntil.HoldsAsync(() => fixture.Log.Messages.Any(message => message.Contains("Dialling again", StringComparison.Ordinal)));

        Assert.Contains(fixture.Log.Messages, message => message.Contains("SSL", StringComparison.Ordinal));
        Assert.False(fixture.Worker.Completion.IsCompleted);
    }

    [Fact]
    public async Task A_status_that_is_for_ever_ends_the_worker()
    {
        await using var bridge = new GrpcBridge { Refusal = new Status(StatusCode.Unauthenticated, "The token is not the bridge's.") };
        await bridge.StartAsync();
        await using var fixture = new WorkerFixture(Greeting, options => Connect(options, bridge));

        var raised = await Assert.ThrowsAsync<WorkerException>(() => fixture.Worker.RunAsync().WithDeadline());

        Assert.Equal((WorkerError.Unauthenticated, "The token is not the bridge's. (Unauthenticated)"), (raised.Error, raised.Message));
    }

    /// <summary>A write that fails before the status has come ends the session, which then gives its read up.</summary>
    [Fact]
    public async Task The_status_is_heard_also_when_the_read_was_given_up_before()
    {
        var answering = new TaskCompletionSource();
        await using var bridge = new GrpcBridge { Refusal = new Status(StatusCode.Unauthenticated, "No."), Answering = answering.Task };
        await bridge.StartAsync();
        await using var link = new GrpcDialer(new BridgeWorkerOptions()).Dial(bridge.Address);
        using var givenUp = new CancellationTokenSource();
        var reading = link.ReadAsync(givenUp.Token).AsTask();

        await givenUp.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => reading.WithDeadline());
        answering.SetResult();

        var status = await link.StatusAsync(Deadline.Default, TimeProvider.System);
        Assert.Equal(StatusCode.Unauthenticated, status?.StatusCode);
    }

    [Fact]
    public async Task A_bridge_without_the_service_is_dialled_again()
    {
        await using var bridge = new GrpcBridge { Refusal = new Status(StatusCode.Unimplemented, "") };
        await bridge.StartAsync();
        await using var fixture = new WorkerFixture(Greeting, options => Connect(options, bridge));
        await fixture.Worker.StartAsync();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));
        bridge.Refusal = null;
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(50));

        await (await bridge.NextSession()).ReadyAsync();
        Assert.Equal(2, bridge.Authorizations.Count);
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_dialled_until_somebody_does()
    {
        var path = Path.Combine(Path.GetTempPath(), $"worker-{Guid.NewGuid():N}.sock");
        await using var bridge = new GrpcBridge { UnixSocket = path };
        await using var fixture = new WorkerFixture(Greeting, options => Connect(options, bridge));
        await fixture.Worker.StartAsync();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));
        Assert.Contains(fixture.Log.Messages, message => message.Contains("(Unavailable) ", StringComparison.Ordinal));

        await bridge.StartAsync();
        fixture.Clock.Advance(TimeSpan.FromMilliseconds(50));
        await (await bridge.NextSession()).ReadyAsync();
    }

    [Fact]
    public async Task A_cut_connection_is_replaced_by_a_new_one()
    {
        await using var bridge = new GrpcBridge();
        await bridge.StartAsync();
        using var link = new CuttableLink();
        link.Open(bridge.Port);
        await using var fixture = new WorkerFixture(Greeting, options =>
        {
            Connect(options, bridge);
            options.Address = link.Address;
        });
        await fixture.Worker.StartAsync();
        await (await bridge.NextSession()).ReadyAsync();
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();
        link.Cut();
        await fixture.Clock.UntilArmedAsync(TimeSpan.FromMilliseconds(50));

        Assert.Equal(WorkerState.Connecting, fixture.Worker.State);
        Assert.Contains(fixture.Log.Messages, message => message.Contains("(Unavailable)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_says_goodbye_and_waits_for_nobody()
    {
        await using var bridge = new GrpcBridge();
        await bridge.StartAsync();
        await using var fixture = new WorkerFixture(Greeting, options => Connect(options, bridge));
        await fixture.Worker.StartAsync();
        var session = await bridge.NextSession();
        await session.ReadyAsync();
        await fixture.Worker.WaitUntilReadyAsync().WithDeadline();

        await fixture.Worker.StopAsync().WithDeadline();

        var ending = await session.Engine.Ended.WithDeadline();
        Assert.Equal((Protocol.V1.GoodbyeCode.Done, true, "Drained."), (ending.Code, ending.ByPeer, ending.Reason));
    }

    private static void Connect(BridgeWorkerOptions options, GrpcBridge bridge)
    {
        options.Dialer = null;
        options.Address = bridge.Address;
    }

    /// <summary>A large body both ways, in many batches, while small requests run beside it.</summary>
    private static async Task ServeAsync(GrpcBridge bridge, Action<BridgeWorkerOptions>? configure = null)
    {
        await using var fixture = new WorkerFixture(
            async (_, receive, send) =>
            {
                await send(new HttpResponseStartEvent { Status = 200 });
                HttpRequestEvent part;
                do
                {
                    part = (HttpRequestEvent)await receive();
                    await send(new HttpResponseBodyEvent { Body = part.Body, MoreBody = part.MoreBody });
                }
                while (part.MoreBodyOrDefault);
            },
            options =>
            {
                Connect(options, bridge);
                configure?.Invoke(options);
            });
        await fixture.Worker.StartAsync();
        var session = await bridge.NextSession();
        await session.ReadyAsync();
        var body = new byte[BodyBytes];
        new Random(1).NextBytes(body);
        var large = new FakeDriver();
        large.Give(new HttpRequestEvent { Body = body });

        var running = session.RunInstance(Get, large);
        var small = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => session.RunInstance(Get, Request())));

        Assert.All(small, ending => Assert.Equal(EndingKind.Finished, ending.Kind));
        Assert.Equal(EndingKind.Finished, (await running).Kind);
        var echoed = large.TakeAll().OfType<HttpResponseBodyEvent>().SelectMany(part => part.BodyOrDefault.ToArray()).ToArray();
        Assert.Equal(body, echoed);
        await fixture.Worker.StopAsync().WithDeadline();
    }
}
