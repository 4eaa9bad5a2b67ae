using System.Globalization;
using Asgiref.Core.Callables;

namespace CallWorker;

/// <summary>
/// The way of a call: the name of the function to call next, a function's own words behind it, then the next one. A name may
/// end with @ and the call's time in milliseconds. Every function takes the rest of the way and goes on with it.
/// </summary>
/// <param name="registry">Makes the calls.</param>
internal sealed class Route(CallableRegistry registry)
{
    public PendingCall<Visit[]> CallAsync(string[] way, CancellationToken token = default)
    {
        var (name, time) = Split(way[0]);
        return registry.SyncToAsync<string[], Visit[]>(name, time).InvokeAsync(way[1..], token);
    }

    public Visit[] Call(string[] way, CancellationToken token = default)
    {
        var (name, time) = Split(way[0]);
        return registry.AsyncToSync<string[], Visit[]>(name, time).Invoke(way[1..], token);
    }

    /// <summary>Calls and blocks this thread in a way that the library cannot see: it runs nothing meanwhile.</summary>
    public Visit[] CallWithoutPump(string[] way) => CallAsync(way).AsTask().GetAwaiter().GetResult();

    private static (string Name, TimeSpan? Time) Split(string step) => step.Split('@') is [var name, var milliseconds]
        ? (name, TimeSpan.FromMilliseconds(int.Parse(milliseconds, CultureInfo.InvariantCulture)))
        : (step, null);
}
