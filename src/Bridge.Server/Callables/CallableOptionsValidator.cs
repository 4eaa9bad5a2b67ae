using Bridge.Protocol.Sessions;
using Microsoft.Extensions.Options;

namespace Bridge.Server.Callables;

/// <summary>Stops the start on a limit that makes no sense, naming its key.</summary>
internal sealed class CallableOptionsValidator : IValidateOptions<CallableOptions>
{
    private const int Most = 1_000_000;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, CallableOptions options)
    {
        var problems = new List<string>();
        Check(nameof(options.CallTime), options.CallTime, Shortest, Longest);
        Check(nameof(options.AnswerTime), options.AnswerTime, Shortest, Longest);
        Check(nameof(options.CallDepth), options.CallDepth, 1, CallRules.MaxPath);
        Check(nameof(options.ContextValues), options.ContextValues, 0, 16 * 1024 * 1024);
        Check(nameof(options.ThreadContexts), options.ThreadContexts, 1, Most);
        Check(nameof(options.ThreadContextIdleTime), options.ThreadContextIdleTime, Shortest, Longest);
        Check(nameof(options.Callables), options.Callables, 1, Most);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Check<T>(string key, T value, T lowest, T highest)
            where T : IComparable<T>
        {
            if (value.CompareTo(lowest) < 0 || value.CompareTo(highest) > 0)
            {
                problems.Add($"{CallableOptions.Section}:{key} is {value}; it goes from {lowest} to {highest}.");
            }
        }
    }
}
