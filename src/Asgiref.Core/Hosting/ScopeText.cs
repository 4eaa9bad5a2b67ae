using Asgiref.Core.Scopes;

namespace Asgiref.Core.Hosting;

/// <summary>A scope in a few words for a log; what a client chose is shortened and stripped of control characters.</summary>
internal static class ScopeText
{
    private const int LongestPath = 200;

    public static string Of(AsgiScope scope) => scope switch
    {
        HttpScope http => $"http {http.Method} {Printable(http.Path)}",
        ConnectionScope connection => $"{scope.Type} {Printable(connection.Path)}",
        _ => Printable(scope.Type),
    };

    private static string Printable(string text)
    {
        var shown = text.Length > LongestPath ? text[..LongestPath] + "…" : text;
        return shown.Any(char.IsControl) ? string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c)) : shown;
    }
}
