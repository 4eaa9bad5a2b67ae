using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Bridge.Server.Http;
using Bridge.Server.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Tests.Http;

/// <summary>After an abort every call of the platform's body reader throws; none of it may reach anybody.</summary>
public sealed class HttpAbortTests
{
    [Fact]
    [Covers("GAP-12", "GAP-16")]
    public async Task A_response_that_is_cut_while_the_application_receives_still_ends_its_instance()
    {
        var sent = new TaskCompletionSource<Exception?>();
        await using var host = await FrontHost.StartAsync(async (_, receive, send) =>
        {
            var pending = receive();
            await send(Apps.Start(200, ("content-length", "10")));
            try
            {
                await send(Apps.Body("short"));
                sent.SetResult(null);
            }
            catch (Exception error)
            {
                sent.SetResult(error);
            }
        });
        using var connection = await host.ConnectAsync();
        await connection.RequestAsync(method: "POST", headers: "Content-Length: 100\r\n");

        Assert.Null(await sent.Task.WithDeadline());
        Assert.Equal(EndingKind.Finished, (await host.App.NextEndingAsync()).Kind);
        Assert.Equal(0, host.Metrics.LiveInstances);
        Assert.Empty(host.Log.Errors);
    }

    [Fact]
    [Covers("HTTP-49", "GAP-16")]
    public async Task A_stream_that_is_reset_while_the_application_waits_for_its_body_is_a_disconnect()
    {
        var waiting = new TaskCompletionSource();
        var seen = new TaskCompletionSource<AsgiEvent>();
        await using var host = await FrontHost.StartAsync(async (_, receive, _) =>
        {
            Assert.IsType<HttpRequestEvent>(await receive());
            var next = receive();
            waiting.SetResult();
            seen.SetResult(await next);
        });
        using var client = host.CreateHttp2Client();
        using var leave = new CancellationTokenSource();
        using var content = new NeverEndingContent();
        var upload = client.PostAsync(new Uri("/", UriKind.Relative), content, leave.Token);
        await waiting.Task.WithDeadline();
        await leave.CancelAsync();

        Assert.IsType<HttpDisconnectEvent>(await seen.Task.WithDeadline());
        Assert.Equal(EndingKind.Disconnected, (await host.App.NextEndingAsync()).Kind);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upload);
        Assert.Empty(host.Log.Errors);
    }

    [Fact]
    [Covers("HTTP-49", "GAP-16")]
    public async Task An_abort_between_a_read_and_the_advance_is_a_disconnect()
    {
        using var metrics = new BridgeMetrics();
        using var sweep = new ResponseStartSweep(Options.Create(new HttpFrontOptions()), TimeProvider.System, metrics);
        var context = new DefaultHttpContext();
        context.Features.Set<IRequestBodyPipeFeature>(new AbortedReader());
        using var driver = new HttpDriver(context, new ResponseStartWatch(context, sweep), null, metrics);

        Assert.IsType<HttpDisconnectEvent>(await driver.ReceiveAsync(CancellationToken.None));
        Assert.True(driver.Disconnected.IsCancellationRequested);
    }

    [Fact]
    public async Task Leaving_with_an_aborted_reader_still_tells_the_instance()
    {
        using var metrics = new BridgeMetrics();
        using var sweep = new ResponseStartSweep(Options.Create(new HttpFrontOptions()), TimeProvider.System, metrics);
        var context = new DefaultHttpContext();
        var reader = new AbortedReader { Blocks = true };
        context.Features.Set<IRequestBodyPipeFeature>(reader);
        using var driver = new HttpDriver(context, new ResponseStartWatch(context, sweep), null, metrics);
        var receiving = driver.ReceiveAsync(CancellationToken.None);
        driver.Leave();

        Assert.True(driver.Disconnected.IsCancellationRequested);
        Assert.False(receiving.IsCompleted);
        reader.Fail();
        Assert.IsType<HttpDisconnectEvent>(await receiving.AsTask().WithDeadline());
    }

    private sealed class NeverEndingContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(new byte[10], cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>As the platform's is after an abort: what was read may be looked at, every other call throws.</summary>
    private sealed class AbortedReader : PipeReader, IRequestBodyPipeFeature
    {
        private readonly TaskCompletionSource<ReadResult> _blocked = new();

        public bool Blocks { get; init; }

        public PipeReader Reader => this;

        public void Fail() => _blocked.SetException(new IOException("aborted"));

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => Blocks
            ? new ValueTask<ReadResult>(_blocked.Task)
            : ValueTask.FromResult(new ReadResult(new ReadOnlySequence<byte>(new byte[10]), isCanceled: false, isCompleted: false));

        public override void AdvanceTo(SequencePosition consumed) => throw new IOException("aborted");

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => throw new IOException("aborted");

        public override void CancelPendingRead() => throw new IOException("aborted");

        public override void Complete(Exception? exception = null)
        {
        }

        public override bool TryRead(out ReadResult result) => throw new IOException("aborted");
    }
}
