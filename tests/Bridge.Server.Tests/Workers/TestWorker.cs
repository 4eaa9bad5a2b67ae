using System.Collections.Concurrent;
using System.Threading.Channels;
using Asgiref.Core;
using Asgiref.Core.Hosting;
using Bridge.Protocol.Instances;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Hosting;
using Bridge.Server.Metrics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Server.Tests.Workers;

/// <summary>
/// A worker on a real channel: a session whose peer is the bridge, with applications of its own or with every exchange in
/// the hands of the test.
/// </summary>
internal sealed class TestWorker : ISessionHandler, IAsyncDisposable
{
    private readonly GrpcChannel _channel;
    private readonly AsyncDuplexStreamingCall<OpenRequest, OpenResponse> _call;
    private readonly BridgeMetrics _metrics = new();
    private readonly BridgeHostingContext _context;
    private readonly ConcurrentDictionary<string, IApplication> _applications = new();
    private readonly Channel<Exchange> _exchanges = Channel.CreateUnbounded<Exchange>();
    private readonly Channel<Exchange> _over = Channel.CreateUnbounded<Exchange>();
    private readonly Channel<OfferRefusal> _refusals = Channel.CreateUnbounded<OfferRefusal>();
    private readonly Channel<Guid> _threadContexts = Channel.CreateUnbounded<Guid>();
    private readonly TaskCompletionSource<string> _drain = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<SessionEnding>? _running;

    private TestWorker(Uri bridge, Hello hello, SessionOptions? options, string? token)
    {
        _channel = GrpcChannel.ForAddress(bridge);
        var metadata = new Metadata();
        if (token is not null)
        {
            metadata.Add("authorization", token);
        }

        _call = new SessionService.SessionServiceClient(_channel).Open(metadata);
        _context = new BridgeHostingContext(new BridgeLimits(), _metrics, TimeProvider.System, NullLogger<BridgeHostingContext>.Instance);
        Session = new Session(
            "test", SessionRole.Client, hello, new ClientFrameStream(_call), this, options ?? new SessionOptions(), TimeProvider.System);
    }

    public Session Session { get; }

    /// <summary>Ends when the bridge has sent its drain.</summary>
    public Task<string> Drained => _drain.Task.WithDeadline();

    public Task<SessionEnding> Ended => Session.Ended.WithDeadline();

    /// <summary>Dials in as a process of a worker; null for a random one.</summary>
    public static async Task<TestWorker> DialAsync(
        Uri bridge, string name = "worker", Guid? process = null, uint slot = 0, SessionOptions? options = null, string? token = null)
    {
        var worker = new TestWorker(bridge, HelloOf(name, process ?? Guid.NewGuid(), slot), options, token);
        worker._running = worker.Session.RunAsync(CancellationToken.None);
        await worker.Session.Established.WithDeadline();
        return worker;
    }

    /// <summary>Dials in as a client that names no worker.</summary>
    public static async Task<TestWorker> DialAsClientAsync(Uri bridge)
    {
        var client = new TestWorker(bridge, new Hello(), null, null);
        client._running = client.Session.RunAsync(CancellationToken.None);
        await client.Session.Established.WithDeadline();
        return client;
    }

    /// <summary>Offers an application and runs it.</summary>
    public TestWorker Serve(string name, AsgiApplication application, uint maxInstances = 0)
    {
        var definition = new ApplicationDefinition(name, application) { Lifespan = LifespanMode.Off };
        _applications[name] = new InProcessApplication(definition, _context);
        return Offer(name, OfferState.Ready, maxInstances);
    }

    public TestWorker Offer(string name, OfferState state, uint maxInstances = 0)
    {
        Session.Offer(new Offer { Application = name, State = state, MaxInstances = maxInstances });
        return this;
    }

    /// <summary>Whether <see cref="NextExchange"/> would not wait.</summary>
    public bool HasExchange => _exchanges.Reader.Count > 0;

    /// <summary>The next exchange of an application that the worker has offered but does not run.</summary>
    public Task<Exchange> NextExchange() => _exchanges.Reader.ReadAsync().WithDeadline();

    public Task<Exchange> NextOver() => _over.Reader.ReadAsync().WithDeadline();

    public Task<OfferRefusal> NextOfferRefusal() => _refusals.Reader.ReadAsync().WithDeadline();

    public Task<Guid> NextThreadContextEnded() => _threadContexts.Reader.ReadAsync().WithDeadline();

    /// <summary>Ends when the bridge has read everything so far.</summary>
    public Task ConfirmAsync() => Session.ConfirmAsync().WithDeadline();

    /// <summary>The status of the call, when it has ended.</summary>
    public async Task<Status> StatusAsync()
    {
        await _running!.WithDeadline();
        try
        {
            await _call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline();
            return _call.GetStatus();
        }
        catch (RpcException error)
        {
            return error.Status;
        }
    }

    /// <summary>Dies without a word.</summary>
    public void Kill() => _call.Dispose();

    public void Accept(Exchange exchange)
    {
        if (_applications.ContainsKey(exchange.Target.Name))
        {
            _ = InstanceAcceptor.AcceptAsync(exchange, name => _applications.GetValueOrDefault(name));
        }
        else
        {
            _exchanges.Writer.TryWrite(exchange);
        }
    }

    public void Over(Exchange exchange) => _over.Writer.TryWrite(exchange);

    public void Offered(Offer offer)
    {
    }

    public void OfferRefused(OfferRefusal refusal) => _refusals.Writer.TryWrite(refusal);

    public void ThreadContextEnded(Guid context) => _threadContexts.Writer.TryWrite(context);

    public void PeerDrains(string reason) => _drain.TrySetResult(reason);

    public async ValueTask DisposeAsync()
    {
        Session.Close(GoodbyeCode.Done, "The test is over.");
        await _running!.WithDeadline();
        _call.Dispose();
        _channel.Dispose();
        _metrics.Dispose();
    }

    private static Hello HelloOf(string name, Guid process, uint slot) => new()
    {
        Worker = new Worker { Name = name, ProcessId = ByteString.CopyFrom(process.ToByteArray()), Slot = slot },
    };
}
