using Bridge.Protocol.V1;

namespace Bridge.Server.Tests.Stateless;

/// <summary>Events of a connector.</summary>
internal static class Say
{
    /// <summary>A text for a scope that is named for the first time.</summary>
    public static FeedInputEvent First(string scope, string text) => To(scope, text, ScopeOf(scope));

    /// <summary>A text for a scope.</summary>
    public static FeedInputEvent To(string scope, string text, Scope? with = null) => new()
    {
        ScopeId = scope,
        Scope = with,
        Event = new ReceiveEvent { Custom = new CustomEvent { Type = "test.text", Values = { ["text"] = new Value { TextValue = text } } } },
    };

    /// <summary>The scope's own goodbye.</summary>
    public static FeedInputEvent Bye(string scope) => new()
    {
        ScopeId = scope,
        Event = new ReceiveEvent { Custom = new CustomEvent { Type = "test.disconnect", Values = { ["reason"] = new Value { TextValue = "bye" } } } },
    };

    public static FeedInputEvent Numbered(this FeedInputEvent message, ulong seq)
    {
        message.Seq = seq;
        return message;
    }

    public static Scope ScopeOf(string name) => new()
    {
        Asgi = new AsgiVersions { Version = "3.0" },
        Custom = new CustomScope { Type = "test" },
        Extra = new MapValue { Entries = { ["name"] = new Value { TextValue = name } } },
    };
}
