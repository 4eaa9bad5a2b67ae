namespace IrcBot;

/// <summary>Where the bot connects to, and how patient it is.</summary>
public sealed record IrcBotOptions
{
    public string Host { get; init; } = "localhost";

    public int Port { get; init; } = 6667;

    public string Nick { get; init; } = "bridgebot";

    /// <summary>The channels it joins, each with its sign, such as <c>#room</c>.</summary>
    public IReadOnlyList<string> Channels { get; init; } = [];

    /// <summary>The wait before the first new attempt to connect; doubled after each that fails.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>A connection without a word for so long is given up; servers ping about every two minutes.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMinutes(5);
}
