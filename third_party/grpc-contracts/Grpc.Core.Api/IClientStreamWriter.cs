namespace Grpc.Core;

/// <summary>The requests of a call, as its client writes them.</summary>
/// <typeparam name="T">The request.</typeparam>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Ends the requests; the responses go on.</summary>
    Task CompleteAsync();
}
