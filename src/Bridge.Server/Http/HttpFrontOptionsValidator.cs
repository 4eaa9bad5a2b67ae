using Microsoft.Extensions.Options;

namespace Bridge.Server.Http;

/// <summary>Stops the start on a wrong configuration, naming the key.</summary>
internal sealed class HttpFrontOptionsValidator : IValidateOptions<HttpFrontOptions>
{
    // Kestrel refuses to start when a head does not fit into its input buffer of 1 MiB.
    private const int MaxHeadBytes = 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, HttpFrontOptions options)
    {
        var failures = new List<string>();
        CheckRange(failures, nameof(options.MaxHeaderCount), options.MaxHeaderCount, 1, 10_000);
        CheckRange(failures, nameof(options.MaxHeaderBytes), options.MaxHeaderBytes, 1, MaxHeadBytes);
        CheckRange(failures, nameof(options.MaxDuplicateHeaders), options.MaxDuplicateHeaders, 1, 10_000);
        CheckRange(failures, nameof(options.MaxRequestLineBytes), options.MaxRequestLineBytes, 1, MaxHeadBytes);
        CheckRange(failures, nameof(options.MaxBodyBytes), options.MaxBodyBytes ?? 0, 0, long.MaxValue);
        CheckRange(failures, nameof(options.MaxUnreadBodyBytes), options.MaxUnreadBodyBytes, 0, long.MaxValue);
        CheckTime(failures, nameof(options.UnreadBodyTimeout), options.UnreadBodyTimeout, zeroAllowed: false);
        CheckTime(failures, nameof(options.ResponseStartTimeout), options.ResponseStartTimeout, zeroAllowed: true);
        CheckTime(failures, nameof(options.HeaderTimeout), options.HeaderTimeout, zeroAllowed: false);
        CheckTime(failures, nameof(options.KeepAliveTimeout), options.KeepAliveTimeout, zeroAllowed: false);
        CheckTime(failures, nameof(options.RetryAfter), options.RetryAfter, zeroAllowed: true);
        CheckRate(failures, nameof(options.MinRequestBytesPerSecond), options.MinRequestBytesPerSecond);
        CheckRate(failures, nameof(options.MinResponseBytesPerSecond), options.MinResponseBytesPerSecond);
        CheckRoutes(failures, options.Routes);
        CheckProxies(failures, options.TrustedProxies);
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static string Key(string name) => $"{HttpFrontOptions.SectionName}:{name}";

    private static void CheckRange(List<string> failures, string name, long value, long least, long most)
    {
        if (value < least || value > most)
        {
            failures.Add($"{Key(name)} is {value}; it must be {least} to {most}.");
        }
    }

    private static void CheckTime(List<string> failures, string name, TimeSpan value, bool zeroAllowed)
    {
        if (value < TimeSpan.Zero || value.TotalMilliseconds > int.MaxValue || (value == TimeSpan.Zero && !zeroAllowed))
        {
            failures.Add($"{Key(name)} is {value}; it must be {(zeroAllowed ? "zero or more" : "more than zero")} and below 24 days.");
        }
    }

    private static void CheckRate(List<string> failures, string name, double? value)
    {
        if (value is { } rate && !(rate > 0 && double.IsFinite(rate)))
        {
            failures.Add($"{Key(name)} is {rate}; it must be more than zero.");
        }
    }

    private static void CheckRoutes(List<string> failures, IList<HttpRoute> routes)
    {
        var seen = new HashSet<(string? Host, string Path)>();
        for (var i = 0; i < routes.Count; i++)
        {
            var route = routes[i];
            if (string.IsNullOrWhiteSpace(route.Application))
            {
                failures.Add($"{Key($"Routes:{i}:Application")} is missing.");
            }

            if (route.Path.Length > 0 && route.Path[0] != '/')
            {
                failures.Add($"{Key($"Routes:{i}:Path")} is \"{route.Path}\"; it must begin with \"/\".");
            }

            if (route.StrippedPrefix is { Length: > 0 } prefix && prefix[0] != '/')
            {
                failures.Add($"{Key($"Routes:{i}:StrippedPrefix")} is \"{prefix}\"; it must begin with \"/\".");
            }

            if (route.Host is { } host && !IsHostPattern(host))
            {
                failures.Add($"{Key($"Routes:{i}:Host")} is \"{host}\"; it must be a host name without a port, or \"*.\" and one.");
            }

            if (!seen.Add((route.Host?.ToUpperInvariant(), route.Path.TrimEnd('/'))))
            {
                failures.Add($"{Key($"Routes:{i}")} repeats the host and path of an earlier route.");
            }
        }
    }

    private static bool IsHostPattern(string host)
    {
        var name = host.StartsWith("*.", StringComparison.Ordinal) ? host.AsSpan(2) : host;
        return !name.IsEmpty && (name[0] == '[' || name.IndexOfAny("*/: ") < 0);
    }

    private static void CheckProxies(List<string> failures, IList<string> proxies)
    {
        for (var i = 0; i < proxies.Count; i++)
        {
            if (!TrustedProxies.TryParse(proxies[i], out _))
            {
                failures.Add($"{Key($"TrustedProxies:{i}")} is \"{proxies[i]}\"; it must be an address, a network such as \"10.0.0.0/8\", or \"unix\".");
            }
        }
    }
}
