using Bridge.Protocol.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace Bridge.Server.Tests.Grpc;

/// <summary>One call of Run with nothing but the generated stub.</summary>
internal sealed class TestCall : IDisposable
{
    private readonly AsyncDuplexStreamingCall<RunRequest, RunResponse> _call;

    public TestCall(GrpcChannel channel, DateTime? deadline = null, CancellationToken cancellationToken = default)
    {
        _call = new ApplicationService.ApplicationServiceClient(channel).Run(null, deadline, cancellationToken);
    }

    public AsyncDuplexStreamingCall<RunRequest, RunResponse> Raw => _call;

    /// <summary>Writes messages until the bridge has ended the call; how it ended is for <see cref="EndAsync"/> to tell.</summary>
    public async Task<TestCall> SendAsync(params RunRequest[] messages)
    {
        try
        {
            foreach (var message in messages)
            {
                await _call.RequestStream.WriteAsync(message).WithDeadline();
            }
        }
        catch (Exception error) when (error is RpcException or InvalidOperationException)
        {
            // Nothing to do: a write that comes too late is no error of the test.
        }

        return this;
    }

    public async Task<SendEvent> ReceiveAsync()
    {
        Assert.True(await _call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline());
        return _call.ResponseStream.Current.Event;
    }

    public Task CompleteAsync() => _call.RequestStream.CompleteAsync().WithDeadline();

    /// <summary>Reads on to the end of the call.</summary>
    /// <returns>How it ended, and the events before that.</returns>
    public async Task<CallEnd> EndAsync()
    {
        var events = new List<SendEvent>();
        try
        {
            while (await _call.ResponseStream.MoveNext(CancellationToken.None).WithDeadline())
            {
                events.Add(_call.ResponseStream.Current.Event);
            }
        }
        catch (RpcException error)
        {
            return new CallEnd(error.Status, error.Trailers.GetValue("asgi-ending"), error.Trailers.GetValue("asgi-omission"), events);
        }

        var trailers = _call.GetTrailers();
        return new CallEnd(_call.GetStatus(), trailers.GetValue("asgi-ending"), trailers.GetValue("asgi-omission"), events);
    }

    public void Dispose() => _call.Dispose();
}
