using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Bridge.Server.Tests.Grpc;

/// <summary>A call without a connection, for what no client can bring about.</summary>
internal sealed class FakeCall : ServerCallContext
{
    public FakeCall() => UserState["__HttpContext"] = new DefaultHttpContext();

    protected override string MethodCore => "Run";

    protected override string HostCore => "test";

    protected override string PeerCore => "test";

    protected override DateTime DeadlineCore => DateTime.MaxValue;

    protected override Metadata RequestHeadersCore { get; } = [];

    protected override CancellationToken CancellationTokenCore => CancellationToken.None;

    protected override Metadata ResponseTrailersCore { get; } = [];

    protected override Status StatusCore { get; set; }

    protected override WriteOptions? WriteOptionsCore { get; set; }

    protected override AuthContext AuthContextCore { get; } = new(null, []);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();
}
