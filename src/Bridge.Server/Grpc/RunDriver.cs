using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Instances;
using Bridge.Server.Metrics;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Grpc;

/// <summary>The driver of one instance, at the other end of a call of <c>Run</c>.</summary>
internal sealed class RunDriver : IDriver, IAsyncDisposable
{
    private readonly AsgiScope _scope;
    private readonly ReceiveQueue _queue;
    private readonly RunRequests _requests;
    private readonly RunResponses _responses;
    private readonly ConversationEnd _end = new();
    private readonly CancellationTokenSource _disconnected = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenRegistration _callCancelled;
    private readonly Task _reading;

    public RunDriver(
        AsgiScope scope,
        IAsyncStreamReader<V1.RunRequest> requests,
        IServerStreamWriter<V1.RunResponse> responses,
        GrpcOptions options,
        BridgeMetrics metrics,
        TimeProvider clock,
        ServerCallContext call)
    {
        _scope = scope;
        _queue = new ReceiveQueue(options.QueuedEvents, options.QueuedBytes);
        _requests = new RunRequests(scope, requests, _queue, options, metrics);
        _responses = new RunResponses(responses, call.GetHttpContext(), options, metrics, clock, _disconnected.Token);
        _callCancelled = call.CancellationToken.UnsafeRegister(
            static driver => ((RunDriver)driver!).Disconnect(DriverRules.Lost(((RunDriver)driver)._scope)), this);
        _reading = ReadAsync();
    }

    public CancellationToken Disconnected => _disconnected.Token;

    /// <summary>What the driver did wrong; null if nothing.</summary>
    public Status? Fault => _requests.Fault;

    /// <summary>What is missing from what the application sent; null if nothing.</summary>
    public string? Hole => _responses.Hole;

    public ValueTask<AsgiEvent> ReceiveAsync(CancellationToken cancellationToken) => _queue.TakeAsync(cancellationToken);

    public async ValueTask SendAsync(AsgiEvent message, SendVerdict verdict, CancellationToken cancellationToken)
    {
        if (_disconnected.IsCancellationRequested)
        {
            throw new ClientDisconnectedException();
        }

        var last = _end.Take(message);
        if (last is not null)
        {
            // Before the driver can know, and stop.
            _requests.Complete();
        }

        try
        {
            await _responses.SendAsync(message, verdict == SendVerdict.ForwardWithoutBody, cancellationToken);
        }
        catch (Exception error) when (IsEndOfCall(error) && !IsGivenUp(cancellationToken))
        {
            throw new ClientDisconnectedException("The driver has left the call.", error);
        }

        if (last is not null)
        {
            _queue.End(last);
        }
    }

    /// <summary>Ends the reading and waits for what is still being written. Called when the instance has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _callCancelled.DisposeAsync();
        _queue.End(DriverRules.Lost(_scope));
        if (!_reading.IsCompleted)
        {
            // In place: what follows is only the end of the loop.
#pragma warning disable CA1849 // CancelAsync would take a detour through the thread pool.
            _stop.Cancel();
#pragma warning restore CA1849
            await _reading;
        }

        await _responses.CloseAsync();
    }

    /// <summary>
    /// Whether the driver has left. gRPC completes a call whose deadline has passed before it says so, and then refuses
    /// writes as invalid operations. Every other error is one of our own, which must not look like a driver that left.
    /// </summary>
    private bool IsEndOfCall(Exception error) => error is not InvalidAsgiEventException
        && (_disconnected.IsCancellationRequested || error is IOException or OperationCanceledException or InvalidOperationException);

    private bool IsGivenUp(CancellationToken wait) => wait.IsCancellationRequested && !_disconnected.IsCancellationRequested;

    private async Task ReadAsync()
    {
        if (await _requests.ReadAsync(_stop.Token) is { } disconnect)
        {
            Disconnect(disconnect);
        }
    }

    private void Disconnect(AsgiEvent disconnect)
    {
        _queue.End(disconnect);
        _disconnected.Cancel();
    }
}
