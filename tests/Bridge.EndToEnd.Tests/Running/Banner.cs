namespace Bridge.EndToEnd.Tests.Running;

/// <summary>What the server prints when it serves.</summary>
internal sealed class Banner
{
    private readonly string[] _lines;

    private Banner(string[] lines) => _lines = lines;

    /// <summary>The commands of curl that it offers to try.</summary>
    public IReadOnlyList<string> Commands =>
        [.. _lines.Select(line => $" {line}").Where(line => line.Contains(" curl ", StringComparison.Ordinal)).Select(line => line[line.IndexOf(" curl ", StringComparison.Ordinal)..])];

    /// <summary>Reads a banner; null while it is not complete. Its last line is the one about the state.</summary>
    public static Banner? TryRead(string said)
    {
        var lines = said.Split('\n', StringSplitOptions.TrimEntries);
        return lines.Any(line => line.EndsWith("/readyz", StringComparison.Ordinal)) ? new Banner(lines) : null;
    }

    /// <summary>Where an endpoint listens.</summary>
    public Uri AddressOf(string endpoint)
    {
        var line = _lines.First(line => line.StartsWith($"{endpoint} ", StringComparison.Ordinal));
        return new Uri(line[endpoint.Length..].Trim());
    }
}
