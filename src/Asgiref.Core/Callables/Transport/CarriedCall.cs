using System.Diagnostics.CodeAnalysis;

namespace Asgiref.Core.Callables.Transport;

/// <summary>Carries an outgoing call by an asynchronous method, whose token fires when the caller leaves.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle has nothing to dispose, and the caller may still leave.")]
internal sealed class CarriedCall : ICallerWatch
{
    private readonly CancellationTokenSource _left = new();

    private CarriedCall()
    {
    }

    /// <summary>Takes the outcome of the method, or what it throws, to the call. The method begins on this thread.</summary>
    public static void Start(IOutgoingCall call, Func<IOutgoingCall, CancellationToken, Task<CallOutcome>> carry)
    {
        var carried = new CarriedCall();
        call.WatchCaller(carried);
        _ = carried.RunAsync(call, carry);
    }

    /// <summary>What is registered with the token only passes on that the caller has left.</summary>
    void ICallerWatch.CallerLeft() => _left.Cancel();

    private async Task RunAsync(IOutgoingCall call, Func<IOutgoingCall, CancellationToken, Task<CallOutcome>> carry)
    {
        try
        {
            call.End(await carry(call, _left.Token).ConfigureAwait(false));
        }
        catch (Exception error)
        {
            call.Fail(error);
        }
    }
}
