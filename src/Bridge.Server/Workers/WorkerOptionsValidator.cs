using Microsoft.Extensions.Options;

namespace Bridge.Server.Workers;

/// <summary>Stops the start on a limit that makes no sense, naming its key.</summary>
internal sealed class WorkerOptionsValidator : IValidateOptions<WorkerOptions>
{
    private const int Most = 1_000_000;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, WorkerOptions options)
    {
        var problems = new List<string>();
        Check(nameof(options.QueueLength), options.QueueLength, 0, Most);
        Check(nameof(options.QueueTime), options.QueueTime, Shortest, Longest);
        Check(nameof(options.Attempts), options.Attempts, 1, 100);
        Check(nameof(options.RefusalPause), options.RefusalPause, Shortest, Longest);
        Check(nameof(options.RememberTime), options.RememberTime, Shortest, Longest);
        Check(nameof(options.Applications), options.Applications, 1, Most);
        Check(nameof(options.RememberedProcesses), options.RememberedProcesses, 1, Most);
        Check(nameof(options.Sessions), options.Sessions, 1, Most);
        Check(nameof(options.ServeCalls), options.ServeCalls, 1, Most);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Check<T>(string key, T value, T lowest, T highest)
            where T : IComparable<T>
        {
            if (value.CompareTo(lowest) < 0 || value.CompareTo(highest) > 0)
            {
                problems.Add($"{WorkerOptions.Section}:{key} is {value}; it goes from {lowest} to {highest}.");
            }
        }
    }
}
