using Grpc.Core;

namespace Bridge.Server.Stateless;

/// <summary>A connector cannot begin a feed, or go on with one, here.</summary>
internal sealed class FeedRefusedException(StatusCode code, string detail) : Exception(detail)
{
    public Status Status => new(code, Message);
}
