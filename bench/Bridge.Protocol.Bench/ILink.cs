using Bridge.Protocol.Sessions;
using Bridge.Protocol.Tests.Sessions;

namespace Bridge.Protocol.Bench;

/// <summary>Both ends of a stream.</summary>
internal interface ILink : IAsyncDisposable
{
    IFrameStream Client { get; }

    IFrameStream Server { get; }

    /// <summary>A link in memory: batches cross as bytes.</summary>
    static Task<ILink> InMemoryAsync() => Task.FromResult<ILink>(new InMemory(new MemoryLink()));

    private sealed class InMemory(MemoryLink link) : ILink
    {
        public IFrameStream Client => link.Client;

        public IFrameStream Server => link.Server;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
