using System.Text;
using System.Text.Json;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Bridge.Client.Tests.Workers;
using Bridge.Protocol.Calls;

namespace Bridge.Client.Tests.Callables;

/// <summary>Plays the bridge in calls: takes those that come over a session, and makes some.</summary>
internal static class BridgeSide
{
    public static CallPayload Json<T>(T value) => new("application/json", JsonSerializer.SerializeToUtf8Bytes(value));

    public static string Text(CallPayload payload) => Encoding.UTF8.GetString(payload.Data.Span);

    public static CallOutcome Returned<T>(T value) => CallOutcome.Returned(Json(value), ContextBagDelta.None);

    public static CallRequest Request<T>(string callable, T argument, params CallStep[] ancestors) => new()
    {
        Callable = callable,
        Path = [.. ancestors, new CallStep(Guid.NewGuid(), Guid.NewGuid())],
        Argument = Json(argument),
    };

    /// <summary>Calls a function of the worker at the other end.</summary>
    public static async Task<CallOutcome> Call(this FakeSession session, CallRequest request, TimeProvider clock, CancellationToken token = default)
    {
        var attempt = await new SessionCalls(session.Engine, clock)
            .TryCallAsync(new PreparedCall(request), onItem: null, token).AsTask().WithDeadline();
        return attempt.Outcome;
    }

    /// <summary>The next call that has come, accepted.</summary>
    public static async Task<PeerCall> NextCall(this FakeSession session)
    {
        var call = PeerCall.Read(await session.Handler.NextToAccept())!;
        Assert.True(call.TryAccept());
        return call;
    }
}
