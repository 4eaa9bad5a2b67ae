using Bridge.Protocol.Sessions;

namespace Bridge.Client.Workers;

/// <summary>What the options of a worker must be. Each message names the option, its value and the range.</summary>
internal static class WorkerOptionRules
{
    private const int MaxSessions = 64;
    private const int MaxWaitingCalls = 1_000_000;
    private const int MaxInstancesPerSession = 1_000_000;
    private static readonly TimeSpan LongestTime = TimeSpan.FromDays(1);
    private static readonly TimeSpan LongestAge = TimeSpan.FromDays(20);

    /// <exception cref="ArgumentException">One is out of range.</exception>
    public static void Check(BridgeWorkerOptions options)
    {
        BridgeChannel.CheckAddress(options.Address, $"{nameof(BridgeWorkerOptions)}.{nameof(options.Address)}");
        Check(HelloRules.IsName(options.Name ?? ""), nameof(options.Name), $"has {options.Name?.Length ?? 0} characters", "have 1 to 128");
        Check(options.Token is null || IsToken(options.Token), nameof(options.Token), "is empty or has other characters", "have visible ASCII characters only");
        Check(
            options.ServesNothing || options.Applications.Count > 0 || options.Callables?.Callables.Count > 0,
            nameof(options.Applications),
            "is empty",
            $"have at least one, if {nameof(options.Callables)} has none");
        Range(nameof(options.WaitingCalls), options.WaitingCalls, MaxWaitingCalls);
        Time(nameof(options.SessionWaitTime), options.SessionWaitTime);
        Range(nameof(options.Sessions), options.Sessions, MaxSessions);
        Range(nameof(options.MaxInstancesPerSession), options.MaxInstancesPerSession, MaxInstancesPerSession);
        Time(nameof(options.ConnectTime), options.ConnectTime);
        Time(nameof(options.HelloTime), options.HelloTime);
        Time(nameof(options.KeepAliveInterval), options.KeepAliveInterval);
        Time(nameof(options.KeepAliveTimeout), options.KeepAliveTimeout);
        Time(nameof(options.CloseTime), options.CloseTime);
        Time(nameof(options.DrainTime), options.DrainTime);
        Time(nameof(options.GraceTime), options.GraceTime);
        Time(nameof(options.CancellationTime), options.CancellationTime);
        Time(nameof(options.LifespanStartupTime), options.LifespanStartupTime);
        Time(nameof(options.LifespanShutdownTime), options.LifespanShutdownTime);
        NotNull(nameof(options.TimeProvider), options.TimeProvider);
        NotNull(nameof(options.Random), options.Random);
        NotNull(nameof(options.Reconnection), options.Reconnection);
        Check(options.Reconnection);
        if (options.Recycle is { } recycling)
        {
            Check(recycling);
        }
    }

    private static void Check(WorkerReconnection reconnection)
    {
        const string Of = nameof(BridgeWorkerOptions.Reconnection) + ".";
        Time(Of + nameof(reconnection.LongestDelay), reconnection.LongestDelay);
        Time(Of + nameof(reconnection.SettledTime), reconnection.SettledTime);
        Check(
            reconnection.FirstDelay > TimeSpan.Zero && reconnection.FirstDelay <= reconnection.LongestDelay,
            Of + nameof(reconnection.FirstDelay),
            $"is {reconnection.FirstDelay}",
            $"be above zero and at most {nameof(reconnection.LongestDelay)}, which is {reconnection.LongestDelay}");
    }

    private static void Check(WorkerRecycling recycling)
    {
        const string Of = nameof(BridgeWorkerOptions.Recycle) + ".";
        Check(recycling.MaxInstances is null or >= 1, Of + nameof(recycling.MaxInstances), $"is {recycling.MaxInstances}", "be at least 1");
        Check(
            recycling.MaxAge is null || (recycling.MaxAge > TimeSpan.Zero && recycling.MaxAge <= LongestAge),
            Of + nameof(recycling.MaxAge),
            $"is {recycling.MaxAge}",
            $"be above zero and at most {LongestAge.TotalDays:0} days");
        Check(recycling.Jitter is >= 0 and <= 1, Of + nameof(recycling.Jitter), $"is {recycling.Jitter}", "be 0 to 1");
    }

    private static void Range(string name, int value, int max) =>
        Check(value >= 1 && value <= max, name, $"is {value}", $"be 1 to {max}");

    private static void Time(string name, TimeSpan value) =>
        Check(value > TimeSpan.Zero && value <= LongestTime, name, $"is {value}", "be above zero and at most a day");

    private static void NotNull(string name, object? value) => Check(value is not null, name, "is null", "be set");

    private static bool IsToken(string token) => token.Length > 0 && token.All(static c => c is > ' ' and <= '~');

    private static void Check(bool holds, string name, string seen, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException($"{nameof(BridgeWorkerOptions)}.{name} {seen}; it must {rule}.");
        }
    }
}
