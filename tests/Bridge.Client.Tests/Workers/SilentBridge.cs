using Bridge.Client.Workers;
using Bridge.Protocol.Tests.Sessions;

namespace Bridge.Client.Tests.Workers;

/// <summary>A bridge that takes connections and says nothing.</summary>
internal sealed class SilentBridge : ISessionDialer
{
    public TaskCompletionSource Dialled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ISessionLink Dial(string address)
    {
        Dialled.TrySetResult();
        return new FakeLink(new MemoryLink().Client, null);
    }
}
