namespace Bridge.EndToEnd.Tests.Faults;

/// <summary>A client in the middle of one request or socket, whose application says where it is.</summary>
internal abstract class Conversation(Field place, string id, Point point) : IAsyncDisposable
{
    public string Id => id;

    public Point Point => point;

    protected Field Field => place;

    protected string Query => point switch
    {
        Point.Answering => $"?id={id}&answer=start",
        Point.Flooded => $"?id={id}&answer=flood",
        _ => $"?id={id}",
    };

    public static Conversation Of(string protocol, Field field, string id, Point point) => protocol switch
    {
        "http1" => new Http1Conversation(field, id, point),
        "http2" => new Http2Conversation(field, id, point),
        "websocket" => new SocketConversation(field, id, point),
        "websocket-http2" => new SocketConversation(field, id, point, http2: true),
        _ => throw new ArgumentException($"No such protocol: {protocol}.", nameof(protocol)),
    };

    /// <summary>Goes as far as its point, and waits until the application is there.</summary>
    public abstract Task ReachAsync();

    /// <summary>The client goes away without a word.</summary>
    public abstract void Leave();

    /// <summary>What the client saw, when others have left: a status, "aborted" after the beginning of a response, "none", or a close code.</summary>
    public abstract Task<string> OutcomeAsync();

    public abstract ValueTask DisposeAsync();

    protected Task UntilSaidAsync(string what) => place.UntilSaidAsync($"{id} {what}");
}
