using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;

namespace Asgiref.Core.Tests.Rules;

internal static class RulesTestExtensions
{
    public static HttpScope Http(string method = "GET", params string[] extensions) => new()
    {
        HttpVersion = "1.1",
        Method = method,
        Path = "/",
        Extensions = Listing(extensions),
    };

    public static WebSocketScope WebSocket(params string[] extensions) => new()
    {
        Path = "/",
        Subprotocols = ["chat", "superchat"],
        Extensions = Listing(extensions),
    };

    public static HttpResponseStartEvent Start(int status = 200, params (string Name, string Value)[] headers) =>
        new() { Status = status, Headers = AsgiHeaders.Of(headers) };

    public static HttpResponseBodyEvent Body(int bytes, bool more = false) => new() { Body = new byte[bytes], MoreBody = more };

    public static WebSocketHttpResponseStartEvent DenialStart(int status = 401, params (string Name, string Value)[] headers) =>
        new() { Status = status, Headers = AsgiHeaders.Of(headers) };

    public static WebSocketHttpResponseBodyEvent DenialBody(int bytes, bool more = false) =>
        new() { Body = new byte[bytes], MoreBody = more };

    /// <summary>Rules that have taken these events, each of which must be allowed.</summary>
    public static SendRules After(this AsgiScope scope, params AsgiEvent[] events)
    {
        var rules = SendRules.For(scope);
        foreach (var message in events)
        {
            rules.Take(message);
        }

        return rules;
    }

    /// <summary>Checks that the event is refused, that the error names it, and that the state is as before.</summary>
    public static string Refuses(this SendRules rules, AsgiEvent message)
    {
        var before = (rules.Progress, rules.FindOmission());
        var error = Assert.Throws<InvalidAsgiEventException>(() => rules.Take(message));
        Assert.Equal(message.Type, error.EventType);
        Assert.Equal(before, (rules.Progress, rules.FindOmission()));
        return error.Message;
    }

    private static AsgiValueMap Listing(string[] extensions) =>
        extensions.Aggregate(AsgiValueMap.Empty, (map, name) => map.With(name, new AsgiValue.MapValue(AsgiValueMap.Empty)));
}
