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
    /// <param name="stream">The stream.</param>
    /// <param name="shared">The limit, its clock and its counter.</param>
    /// <param name="check">Gives the registration that a message is, or throws <see cref="InvalidMessageException"/>.</param>
    /// <param name="ended">Fires when the call is over.</param>
    /// <exception cref="InvalidMessageException">It is no right registration.</exception>
    /// <exception cref="RpcException">It did not come in time.</exception>
    public static async Task<TRegister> ReadAsync<TRequest, TRegister>(
        IAsyncStreamReader<TRequest> stream, ServeContext shared, Func<TRequest, TRegister> check, CancellationToken ended)
    {
        var limit = shared.Options.StartMessageTime;
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var first = stream.MoveNext(giveUp.Token);
        try
        {
            return await (first.IsCompleted ? first : first.WaitAsync(limit, shared.Clock, CancellationToken.None))
                ? check(stream.Current)
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

    /// <exception cref="InvalidMessageException">It is no right registration of an application.</exception>
    public static V1.ServeRegister Check(V1.ApplicationServiceServeRequest message)
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
