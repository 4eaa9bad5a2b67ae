using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Protocol;
using Bridge.Protocol.Instances;
using Bridge.Protocol.Mapping;
using Bridge.Server.Metrics;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Grpc;

/// <summary>
/// The one loop that reads a driver's messages: into the queue, or to the end of the conversation. It waits only for the
/// driver and for room in the queue.
/// </summary>
internal sealed class RunRequests(
    AsgiScope scope, IAsyncStreamReader<V1.RunRequest> stream, ReceiveQueue queue, GrpcOptions options, BridgeMetrics metrics)
{
    private readonly DriverRules _rules = new(scope);
    private volatile bool _complete;

    /// <summary>What the driver did wrong; null while it has done nothing wrong.</summary>
    public Status? Fault { get; private set; }

    /// <summary>
    /// Says that the application completes its side. What the driver still sends is dropped and not judged: it may stop
    /// anywhere, also in the middle of a body that nobody wants any more.
    /// </summary>
    public void Complete() => _complete = true;

    /// <summary>Reads until the driver half-closes, leaves or does something wrong.</summary>
    /// <param name="stop">Ends the loop when nobody wants its events any more.</param>
    /// <returns>The disconnect event if the driver has left, or is as good as gone; null after a half-close or a stop.</returns>
    public async Task<AsgiEvent?> ReadAsync(CancellationToken stop)
    {
        try
        {
            while (await stream.MoveNext(stop))
            {
                if (await TakeAsync(stream.Current) is { } disconnect)
                {
                    return disconnect;
                }
            }

            if (!_complete && _rules.HalfClose() is { } missing)
            {
                await queue.AddAsync(missing, 0);
            }

            return null;
        }
        catch (Exception) when (stop.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception error)
        {
            Fault = DriverFault.StatusOf(error, options, metrics);
            return DriverRules.Lost(scope);
        }
    }

    /// <summary>Takes one message; gives the disconnect event if it is that.</summary>
    private async ValueTask<AsgiEvent?> TakeAsync(V1.RunRequest request)
    {
        AsgiEvent message;
        try
        {
            message = EventOf(request);
            if (_rules.Take(message))
            {
                return message;
            }
        }
        catch (InvalidMessageException) when (_complete)
        {
            return null;
        }

        await queue.AddAsync(message, request.CalculateSize());
        return null;
    }

    private static AsgiEvent EventOf(V1.RunRequest request) => request.KindCase switch
    {
        V1.RunRequest.KindOneofCase.Event => EventMapping.FromMessage(request.Event),
        V1.RunRequest.KindOneofCase.Start => throw new InvalidMessageException("start", "a second start."),
        _ => throw new InvalidMessageException("kind", "the message has no kind."),
    };
}
