using Microsoft.Extensions.Options;

namespace Bridge.Server.Grpc;

/// <summary>Stops the start on a limit that makes no sense, naming its key.</summary>
internal sealed class GrpcOptionsValidator : IValidateOptions<GrpcOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, GrpcOptions options)
    {
        var problems = new List<string>();
        Check(nameof(options.StartMessageTime), options.StartMessageTime, TimeSpan.FromMilliseconds(1), Longest);
        Check(nameof(options.MaxMessageBytes), options.MaxMessageBytes, 2 * GrpcOptions.BodyPartBytes, 1 << 30);
        Check(nameof(options.MaxHeaderCount), options.MaxHeaderCount, 1, 10_000);
        Check(nameof(options.MaxHeaderBytes), options.MaxHeaderBytes, 1, 1 << 20);
        Check(nameof(options.MaxDuplicateHeaders), options.MaxDuplicateHeaders, 1, 10_000);
        Check(nameof(options.CloseTime), options.CloseTime, TimeSpan.FromMilliseconds(1), Longest);
        Check(nameof(options.QueuedEvents), options.QueuedEvents, 1, 10_000);
        Check(nameof(options.QueuedBytes), options.QueuedBytes, 1, 1 << 30);
        Check(nameof(options.MaxStreamsPerConnection), options.MaxStreamsPerConnection, 1, 1_000_000);
        Check(nameof(options.KeepAlivePingDelay), options.KeepAlivePingDelay, TimeSpan.FromSeconds(1), Longest);
        Check(nameof(options.KeepAlivePingTimeout), options.KeepAlivePingTimeout, TimeSpan.FromSeconds(1), Longest);
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);

        void Check<T>(string key, T value, T lowest, T highest)
            where T : IComparable<T>
        {
            if (value.CompareTo(lowest) < 0 || value.CompareTo(highest) > 0)
            {
                problems.Add($"{GrpcOptions.Section}:{key} is {value}; it goes from {lowest} to {highest}.");
            }
        }
    }
}
