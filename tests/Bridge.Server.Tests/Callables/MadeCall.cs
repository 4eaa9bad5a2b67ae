using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Server.Tests.Callables;

/// <summary>A call from its caller's side.</summary>
internal sealed record MadeCall(CallTarget Target, Exchange Exchange)
{
    /// <summary>What the callee sends next.</summary>
    public async Task<CallEvent> NextAsync()
    {
        var received = await Exchange.ReceiveAsync().AsTask().WithDeadline();
        Assert.True(received.Kind == ReceivedKind.Event, $"{received.Kind}: {Exchange.Ending}");
        return CallEvent.Parser.ParseFrom(received.Data.Span);
    }

    /// <summary>Its result as text.</summary>
    public async Task<string> ResultAsync() => (await NextAsync()).Result.Data.ToStringUtf8();

    /// <summary>How it ended, behind what came.</summary>
    public async Task<ExchangeEnding> EndingAsync()
    {
        Assert.Equal(ReceivedKind.End, (await Exchange.ReceiveAsync().AsTask().WithDeadline()).Kind);
        return Exchange.Ending!;
    }
}
