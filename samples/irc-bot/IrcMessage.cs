namespace IrcBot;

/// <summary>One line of IRC: who it is from, the command, its parameters.</summary>
public sealed record IrcMessage(string Nick, string Command, IReadOnlyList<string> Parameters)
{
    /// <summary>Reads a line such as <c>:ann!a@host PRIVMSG #room :hello all</c>. Never fails: what is missing is empty.</summary>
    public static IrcMessage Parse(string line)
    {
        var rest = line;
        var prefix = "";
        if (rest.StartsWith(':'))
        {
            (prefix, rest) = Cut(rest[1..], " ");
        }

        var (middle, trailing) = Cut(rest, " :");
        var words = middle.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var parameters = words.Skip(1).ToList();
        if (middle.Length < rest.Length)
        {
            parameters.Add(trailing);
        }

        return new IrcMessage(Cut(prefix, "!").Before, words.FirstOrDefault("").ToUpperInvariant(), parameters);
    }

    /// <summary>The parameter at an index; empty when there is none.</summary>
    public string At(int index) => index < Parameters.Count ? Parameters[index] : "";

    private static (string Before, string After) Cut(string text, string separator)
    {
        var index = text.IndexOf(separator, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[(index + separator.Length)..]);
    }
}
