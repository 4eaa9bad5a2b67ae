using System.Diagnostics;
using Asgiref.Core.Callables.Incoming;
using Asgiref.Core.Callables.Transport;
using Asgiref.Core.Local;
using Asgiref.Core.Sync.Flow;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>Puts together what goes out with a call; used in the caller's context.</summary>
/// <param name="registry">Has the limits.</param>
/// <param name="callable">The callable's name.</param>
/// <param name="self">The call as a step of paths.</param>
/// <param name="flow">The frame that waits for the call.</param>
internal readonly struct OutgoingRequest(CallableRegistry registry, string callable, CallStep self, SyncFlow flow)
{
    /// <summary>Makes the request.</summary>
    /// <param name="transport">Is to carry it.</param>
    /// <param name="callTime">The call's own time; null for the usual.</param>
    /// <param name="argument">Goes along.</param>
    /// <exception cref="Exception">What its caller is to get, because the call must not be made.</exception>
    public CallRequest Make(ICallTransport transport, TimeSpan? callTime, CallPayload argument)
    {
        var around = flow.Call;
        var path = PathBelow(around);
        if (path.Length > registry.Options.CallDepth)
        {
            registry.Host.Observer.Reached(CallableLimit.CallDepth);
            throw new CallRefusedException(callable, CallRefusal.TooDeep, CallTable.TooDeep(callable, path.Length, registry.Options));
        }

        var timeout = TimeFor(around, callTime);
        if (timeout == TimeSpan.Zero)
        {
            throw new CallTimeoutException(callable, $"'{callable}' was not called: the time of the call around it has passed.");
        }

        var activity = Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current : null;
        return new CallRequest
        {
            Callable = callable,
            Path = path,
            ThreadContext = flow.SensitiveContext?.TravelBy(transport, registry.Host.ThreadContexts),
            Timeout = timeout,
            Argument = argument,
            Context = Bag(),
            TraceParent = activity is null ? around?.TraceParent : activity.Id,
            TraceState = activity is null ? around?.TraceState : activity.TraceStateString,
        };
    }

    /// <summary>
    /// The path of the call. What an ended call has left behind is below those around it that may still wait (A2S-26): without
    /// itself, and without those of which this process knows that they have ended, so that tasks which leave tasks behind do
    /// not go deeper and deeper.
    /// </summary>
    private CallStep[] PathBelow(RunningCall? around)
    {
        if (around is null)
        {
            return [self];
        }

        return around.HasEnded ? PathWithoutEnded(around.Path, registry.Calls) : [.. around.Path, self];
    }

    // Apart: for what it captures every call would have an object.
    private CallStep[] PathWithoutEnded(IReadOnlyList<CallStep> path, CallTable calls)
    {
        var peer = self.Peer;
        return [.. path.SkipLast(1).Where(step => step.Peer != peer || calls.Contains(step)), self];
    }

    /// <summary>The less of its own time and of what is left of the call around it; only without either that of the registry.</summary>
    private TimeSpan? TimeFor(RunningCall? around, TimeSpan? callTime)
    {
        var left = around is { HasEnded: false } ? around.TimeLeft : null;
        var own = callTime ?? (left is null ? registry.Options.CallTime : Timeout.InfiniteTimeSpan);
        if (own == Timeout.InfiniteTimeSpan)
        {
            return left;
        }

        return left < own ? left : own;
    }

    private ContextBagSnapshot Bag()
    {
        var bag = ContextBag.Current;
        if (bag.Count > 0 && ContextSize.Of(bag) > registry.Options.ContextValues)
        {
            registry.Host.Observer.Reached(CallableLimit.ContextValues);
            throw new CallArgumentException(
                callable,
                $"The context bag is too large to go with '{callable}': more than {registry.Options.ContextValues} bytes ({nameof(CallableOptions.ContextValues)}).");
        }

        return bag;
    }
}
