namespace Grpc.Core;

/// <summary>The responses of a call, as its server writes them.</summary>
/// <typeparam name="T">The response.</typeparam>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}
