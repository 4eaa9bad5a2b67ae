using System.Diagnostics;
using Asgiref.Core.Sync.Diagnostics;

namespace Asgiref.Core.Callables.Outgoing;

/// <summary>The activities of both sides of a call. A listener may throw out of either method.</summary>
internal static class CallActivities
{
    /// <returns>Null if nobody wants it.</returns>
    public static Activity? Start(string name, ActivityKind kind, ActivityContext parent, string callable)
    {
        var activity = SyncInstruments.Source.StartActivity(name, kind, parent);
        activity?.SetTag(CallableDiagnostics.CallableTag, callable);
        return activity;
    }

    /// <param name="activity">The activity.</param>
    /// <param name="errorType">What the call failed with; null if it did not.</param>
    /// <param name="message">Why.</param>
    public static void Stop(Activity activity, string? errorType, string? message)
    {
        if (errorType is not null)
        {
            activity.SetTag("error.type", errorType);
            activity.SetStatus(ActivityStatusCode.Error, message);
        }

        activity.Stop();
    }
}
