using Microsoft.Extensions.Options;

namespace Bridge.Server.WebSockets;

/// <summary>Stops the start on a wrong configuration, naming the key.</summary>
internal sealed class WebSocketFrontOptionsValidator : IValidateOptions<WebSocketFrontOptions>
{
    public ValidateOptionsResult Validate(string? name, WebSocketFrontOptions options)
    {
        var failures = new List<string>();
        CheckCount(failures, nameof(options.MaxMessageBytes), options.MaxMessageBytes);
        CheckCount(failures, nameof(options.QueuedMessages), options.QueuedMessages);
        CheckCount(failures, nameof(options.QueuedBytes), options.QueuedBytes);
        CheckTime(failures, nameof(options.AcceptTimeout), options.AcceptTimeout, zeroAllowed: true);
        CheckTime(failures, nameof(options.CloseTimeout), options.CloseTimeout, zeroAllowed: false);
        CheckTime(failures, nameof(options.PingInterval), options.PingInterval, zeroAllowed: true);
        CheckTime(failures, nameof(options.PingTimeout), options.PingTimeout, zeroAllowed: false);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static void CheckCount(List<string> failures, string name, int value)
    {
        if (value < 1)
        {
            failures.Add($"{WebSocketFrontOptions.SectionName}:{name} is {value}; it must be above zero.");
        }
    }

    private static void CheckTime(List<string> failures, string name, TimeSpan value, bool zeroAllowed)
    {
        if (value < TimeSpan.Zero || value.TotalMilliseconds > int.MaxValue || (value == TimeSpan.Zero && !zeroAllowed))
        {
            failures.Add($"{WebSocketFrontOptions.SectionName}:{name} is {value}; it must be {(zeroAllowed ? "zero or more" : "more than zero")} and below 24 days.");
        }
    }
}
