using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Instances;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.Tests.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Tests.Hosting;

namespace Bridge.Client.Tests.Workers;

/// <summary>The bridge's end of one session over gRPC.</summary>
internal sealed class GrpcBridgeSession
{
    public GrpcBridgeSession(IFrameStream stream) =>
        Engine = new Session("bridge", SessionRole.Server, new Hello { Node = "n1" }, stream, Handler, new SessionOptions(), TimeProvider.System);

    public Session Engine { get; }

    public RecordingHandler Handler { get; } = new();

    public Task RunAsync(CancellationToken cancellationToken) => Engine.RunAsync(cancellationToken);

    public async Task ReadyAsync()
    {
        while ((await Handler.NextOffer()).State != OfferState.Ready)
        {
        }
    }

    public Task<InstanceEnding> RunInstance(AsgiScope scope, FakeDriver driver) =>
        new RemoteInstance("app", scope, driver, TimeSpan.FromSeconds(10), TimeProvider.System).RunAsync(Engine).WithDeadline();
}
