using Bridge.Protocol.V1;
using Bridge.Server.Workers;
using Bridge.Server.Workers.Serving;

namespace Bridge.Server.Callables.Serving;

/// <summary>The place of a call of <c>CallableService.Serve</c>. Safe for concurrent use.</summary>
internal sealed class CallableServePlace(string name, CallableServeSlot slot, CallableDirectory directory, WorkerContext context)
    : StreamPlace(name, context), ICallPeer
{
    public ValueTask<CallEnding> RunAsync(OfferedPlaces? place, RoutedCall call) => slot.RunAsync(call);

    /// <summary>Makes the callable known; it takes no call yet.</summary>
    /// <returns>Why it may not be served; null if it may.</returns>
    public string? TryEnter(Callable callable)
    {
        lock (Context.Gate)
        {
            if (directory.TryEnter(callable, out var known) is { } refusal)
            {
                directory.CountRefusedOffer();
                return refusal;
            }

            Enter(known!);
            return null;
        }
    }
}
