using Microsoft.Extensions.Options;

namespace Bridge.Server.Stateless;

/// <summary>Stops the start on a limit that makes no sense, naming its key.</summary>
internal sealed class StatelessOptionsValidator : IValidateOptions<StatelessOptions>
{
    private const int Most = 1_000_000;
    private const int LargestMessage = 16 * 1024 * 1024;
    private const long MostBytes = 64L * 1024 * 1024 * 1024;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, StatelessOptions options)
    {
        var problems = new List<string>();
        Check(nameof(options.Feeds), options.Feeds, 1, Most);
        Check(nameof(options.Instances), options.Instances, 1, Most);
        Check(nameof(options.LeavingInstances), options.LeavingInstances, 1, Most);
        Check(nameof(options.KnownScopes), options.KnownScopes, Math.Clamp(options.Instances, 1, Most), 10 * Most);
        Check(nameof(options.ScopeEvents), options.ScopeEvents, 1, Most);
        Check(nameof(options.HeldBytes), options.HeldBytes, 64 * 1024, MostBytes);
        Check(nameof(options.ScopeWaitTime), options.ScopeWaitTime, Shortest, Longest);
        Check(nameof(options.WindowEvents), options.WindowEvents, 1, Most);
        Check(nameof(options.EventBytes), options.EventBytes, 1024, LargestMessage);
        Check(nameof(options.ScopeBytes), options.ScopeBytes, 64, LargestMessage);
        Check(nameof(options.UnacknowledgedItems), options.UnacknowledgedItems, 1, 10 * Most);
        Check(nameof(options.UnacknowledgedBytes), options.UnacknowledgedBytes, 64 * 1024, MostBytes);
        Check(nameof(options.AcknowledgeTime), options.AcknowledgeTime, Shortest, Longest);
        Check(nameof(options.ResumeTime), options.ResumeTime, Shortest, Longest);
        Check(nameof(options.IdleTime), options.IdleTime ?? Longest, Shortest, Longest);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Check<T>(string key, T value, T lowest, T highest)
            where T : IComparable<T>
        {
            if (value.CompareTo(lowest) < 0 || value.CompareTo(highest) > 0)
            {
                problems.Add($"{StatelessOptions.Section}:{key} is {value}; it goes from {lowest} to {highest}.");
            }
        }
    }
}
