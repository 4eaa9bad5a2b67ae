using Bridge.Protocol;
using Bridge.Protocol.Sessions;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Workers.Serving;

/// <summary>The first message of a call.</summary>
internal static class ServeRegistration
{
    /// <summary>Reads it. Nothing reads the stream any more when this has ended, however it ended.</summary>
    /// <exception cref="InvalidMessageException">It is no right registration.</exception>
    /// <exception cref="RpcException">It did not come in time.</exception>
    public static async Task<V1.ServeRegister> ReadAsync(
        IAsyncStreamReader<V1.ApplicationServiceServeRequest> stream, ServeContext shared, CancellationToken ended)
    {
        var limit = shared.Options.StartMessageTime;
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var first = stream.MoveNext(giveUp.Token);
        try
        {
            return await (first.IsCompleted ? first : first.WaitAsync(limit, shared.Clock, CancellationToken.None))
                ? Check(stream.Current)
                : throw new InvalidMessageException("register", "the worker half-closed the stream before it.");
        }
        catch (TimeoutException)
        {
            await giveUp.CancelAsync();
            await ((Task)first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            shared.BridgeMetrics.Reached(Limit.StartMessageTime);
            throw new RpcException(new Status(
                StatusCode.DeadlineExceeded, $"No register within {limit} ({GrpcOptions.Section}:{nameof(GrpcOptions.StartMessageTime)})."));
        }
    }

    private static V1.ServeRegister Check(V1.ApplicationServiceServeRequest message)
    {
        if (message.KindCase != V1.ApplicationServiceServeRequest.KindOneofCase.Register)
        {
            throw new InvalidMessageException("register", "the first message is not the registration.");
        }

        if (message.Instance != 0)
        {
            throw new InvalidMessageException("instance", "Register belongs to no instance.");
        }

        return HelloRules.IsName(message.Register.Application)
            ? message.Register
            : throw new InvalidMessageException(
                "register.application", $"the name has {message.Register.Application.Length} characters; {HelloRules.NameRule}.");
    }
}
