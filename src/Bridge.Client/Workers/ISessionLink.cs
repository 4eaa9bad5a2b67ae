using Bridge.Protocol.Sessions;
using Grpc.Core;

namespace Bridge.Client.Workers;

/// <summary>The stream of one session, on a connection of its own. Disposing it ends the connection.</summary>
internal interface ISessionLink : IFrameStream, IAsyncDisposable
{
    /// <summary>
    /// The status with which the bridge ended the stream, once the session is done with it; null if none comes in time.
    /// Never throws.
    /// </summary>
    Task<Status?> StatusAsync(TimeSpan limit, TimeProvider clock);
}
