using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Instances;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.Tests.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Tests.Hosting;
using Grpc.Core;

namespace Bridge.Client.Tests.Workers;

/// <summary>The bridge's end of one session of a worker.</summary>
internal sealed class FakeSession
{
    /// <summary>No sign of life is asked for while a test moves its clock.</summary>
    private static readonly SessionOptions Options = new() { KeepAliveInterval = TimeSpan.FromHours(23) };

    private readonly TimeProvider _clock;

    public FakeSession(string address, Status? status, TimeProvider clock)
    {
        var memory = new MemoryLink(capacity: 64);
        _clock = clock;
        Address = address;
        Link = new FakeLink(memory.Client, status);
        Engine = new Session("bridge", SessionRole.Server, new Hello { Node = "n1" }, memory.Server, Handler, Options, clock);
        Run = Engine.RunAsync(CancellationToken.None);
    }

    public string Address { get; }

    public FakeLink Link { get; }

    public Session Engine { get; }

    public RecordingHandler Handler { get; } = new();

    public Task<SessionEnding> Run { get; }

    public Task<Hello> Hello => Engine.Established.WithDeadline();

    /// <summary>Reads offers until an application has a state.</summary>
    public async Task<Offer> Offered(OfferState state, string application = "app")
    {
        while (true)
        {
            var offer = await Handler.NextOffer();
            if (offer.Application == application && offer.State == state)
            {
                return offer;
            }
        }
    }

    /// <summary>Runs an instance in the worker, as a front does.</summary>
    public Task<InstanceEnding> RunInstance(AsgiScope scope, FakeDriver driver, string application = "app") =>
        new RemoteInstance(application, scope, driver, TimeSpan.FromSeconds(10), _clock).RunAsync(Engine).WithDeadline();
}
