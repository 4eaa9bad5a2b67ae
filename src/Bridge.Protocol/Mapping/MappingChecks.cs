using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;

namespace Bridge.Protocol.Mapping;

/// <summary>The rules of single fields, the same in both directions.</summary>
internal static class MappingChecks
{
    private const int HighestPort = 65_535;
    private const int HighestCloseCode = 65_535;
    private const int LongestQuote = 64;

    /// <summary>Text that has a UTF-8 form; half a surrogate pair, as Python's surrogateescape makes it, has none (PB-02).</summary>
    public static string Text(string? text, string field, string part = "")
    {
        if (text is null)
        {
            Fail(field + part, "the text is missing.");
        }

        if (AsgiText.IndexOfLoneSurrogate(text) is >= 0 and var index)
        {
            Fail(field + part, $"the text has half of a surrogate pair at index {index} and so no UTF-8 form.");
        }

        return text;
    }

    /// <summary>Checks text that must say something. The field's name may come in two parts, joined only for an error.</summary>
    public static string NotEmpty(string? text, string field, string part = "") =>
        string.IsNullOrEmpty(text) ? Fail<string>(field + part, "the text is missing or empty.") : Text(text, field, part);

    public static string HttpVersion(string version, string field) =>
        version is "1.0" or "1.1" or "2" or "3" ? version : Fail<string>(field, "the HTTP version is not one of 1.0, 1.1, 2, 3.");

    public static string WebSocketVersion(string version, string field) =>
        version is "1.1" or "2" ? version : Fail<string>(field, "the HTTP version of a WebSocket is not 1.1 or 2.");

    public static string WebSocketScheme(string scheme, string field) =>
        scheme is "ws" or "wss" ? scheme : Fail<string>(field, "the scheme of a WebSocket is not ws or wss.");

    public static string Method(string method, string field)
    {
        NotEmpty(method, field);
        return method.AsSpan().ContainsAnyInRange('a', 'z')
            ? Fail<string>(field, "the method is not in upper case.")
            : method;
    }

    public static int Port(long port, string field, string part) =>
        port is >= 0 and <= HighestPort ? (int)port : Fail<int>(field + part, $"{port} is not a port from 0 to {HighestPort}.");

    public static int Status(long status, string field, string part) =>
        status is >= 200 and <= 599 ? (int)status : Fail<int>(field + part, $"{status} is not a final status from 200 to 599.");

    /// <summary>A code that fits a close frame; which codes may be sent is for the send rules to say.</summary>
    public static int CloseCode(long code, string field) =>
        code is >= 0 and <= HighestCloseCode ? (int)code : Fail<int>(field, $"{code} does not fit a close frame.");

    public static string CustomScopeType(string? type, string field)
    {
        NotEmpty(type, field);
        return type is HttpScope.TypeName or WebSocketScope.TypeName or LifespanScope.TypeName
            ? Fail<string>(field, $"\"{type}\" has a scope message of its own.")
            : type!;
    }

    public static string CustomEventType(string? type, string field)
    {
        NotEmpty(type, field);
        return SpecifiedEvents.Contains(type!) ? Fail<string>(field, $"\"{type}\" has an event message of its own.") : type!;
    }

    /// <summary>A name that a peer chose, cut so that an error can quote it.</summary>
    public static string Shorten(string name) => name.Length <= LongestQuote ? name : name[..LongestQuote] + "…";

    [DoesNotReturn]
    public static void Fail(string field, string problem) => throw new InvalidMessageException(field, problem);

    [DoesNotReturn]
    public static T Fail<T>(string field, string problem) => throw new InvalidMessageException(field, problem);
}
