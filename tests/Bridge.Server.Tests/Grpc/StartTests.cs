using System.Diagnostics.Metrics;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Tests.Grpc;

/// <summary>What a start may be, and what becomes of one that may not.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData(201, 1, false, Limit.HeaderCount)]
    [InlineData(2, 40_000, false, Limit.HeaderBytes)]
    [InlineData(101, 1, true, Limit.DuplicateHeaders)]
    public async Task A_start_beyond_a_limit_of_header_fields_is_refused_by_name(int count, int bytes, bool sameName, object limit)
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var channel = host.OpenChannel();
        var start = Messages.HttpStart();
        start.Start.Scope.Http.Headers.Add(Enumerable.Range(0, count).Select(index => new V1.Header
        {
            Name = ByteString.CopyFromUtf8(sameName ? (index % 2 == 0 ? "x-same" : "X-Same") : $"x-{index}"),
            Value = ByteString.CopyFrom(Enumerable.Repeat((byte)'v', bytes).ToArray()),
        }));
        using var call = await new TestCall(channel).SendAsync(start);

        (await call.EndAsync()).AssertIs(StatusCode.ResourceExhausted, "refused", $"Bridge:Grpc:Max{(Limit)limit}");
        Assert.Equal(1, host.Metrics.CountOf((Limit)limit));
    }

    [Fact]
    public async Task A_wrong_start_counts_as_refused()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var channel = host.OpenChannel();
        using var call = await new TestCall(channel).SendAsync(Messages.HttpStart(method: "get"));

        (await call.EndAsync()).AssertIs(StatusCode.InvalidArgument, "refused");

        Assert.Equal(1, Refused(host.Metrics));
    }

    [Fact]
    public async Task A_long_name_is_cut_so_that_the_status_arrives()
    {
        await using var host = await GrpcHost.StartAsync(async (_, receive, _) => await receive());
        using var channel = host.OpenChannel();
        using var unknown = await new TestCall(channel).SendAsync(Messages.HttpStart(new string('n', 1_000_000)));
        (await unknown.EndAsync()).AssertIs(StatusCode.NotFound, "refused", "nnn…");

        var start = Messages.CustomStart();
        start.Start.Scope.Custom.Type = new string('t', 1_000_000);
        using var wrong = await new TestCall(channel).SendAsync(start, Messages.Body(""));
        (await wrong.EndAsync()).AssertIs(StatusCode.InvalidArgument, "disconnected", "ttt...");
    }

    [Fact]
    public async Task A_compressed_message_is_not_taken()
    {
        await using var host = await GrpcHost.StartAsync(Applications.Hello);
        using var channel = host.OpenChannel();
        using var call = new V1.ApplicationService.ApplicationServiceClient(channel).Run(
            new Metadata { { "grpc-internal-encoding-request", "gzip" } });

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            try
            {
                await call.RequestStream.WriteAsync(Messages.HttpStart()).WithDeadline();
            }
            catch (InvalidOperationException)
            {
                // The end was faster.
            }

            await call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline();
        });

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task A_start_that_comes_too_late_leaves_no_read_behind()
    {
        using var metrics = new BridgeMetrics();
        await using var host = new GrpcHost();
        var clock = new FakeClock();
        var service = new Bridge.Server.Grpc.ApplicationService(
            host, host, new NoServeCalls(), Options.Create(new GrpcOptions()), new ConfigurationBuilder().Build(), metrics, clock, NullLogger<Bridge.Server.Grpc.ApplicationService>.Instance);
        var stream = new SilentStream();
        var reading = service.ReadStartAsync(stream, CancellationToken.None);

        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => reading.WithDeadline())).StatusCode);
        Assert.True(stream.Read!.IsCompleted);
    }

    [Fact]
    public void A_status_is_cut_by_its_bytes_on_the_wire()
    {
        var text = StatusText.Fit(new string('ü', 5_000));

        Assert.EndsWith("ü...", text, StringComparison.Ordinal);
        Assert.InRange((text.Length - 3) * 6 + 3, StatusText.MaxDetailBytes - 6, StatusText.MaxDetailBytes);
        Assert.Equal("whole", StatusText.Fit("whole"));
        Assert.Equal(new string('a', StatusText.MaxDetailBytes), StatusText.Fit(new string('a', StatusText.MaxDetailBytes)));
    }

    private static long Refused(BridgeMetrics metrics)
    {
        var refused = 0L;
        using var listener = new MeterListener();
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) => refused += tags.Contains(new("ending", "refused")) ? value : 0);
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter, metrics.Meter) && instrument.Name == "bridge.instances.ended")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.Start();
        listener.RecordObservableInstruments();
        return refused;
    }

    /// <summary>A driver that sends nothing.</summary>
    private sealed class SilentStream : IAsyncStreamReader<V1.RunRequest>
    {
        public Task<bool>? Read { get; private set; }

        public V1.RunRequest Current => throw new InvalidOperationException();

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Read = WaitAsync(cancellationToken);

        private static async Task<bool> WaitAsync(CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return false;
        }
    }
}
