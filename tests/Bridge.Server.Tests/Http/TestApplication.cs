using System.Threading.Channels;
using Asgiref.Core;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Server.Hosting;

namespace Bridge.Server.Tests.Http;

/// <summary>An application of a test, run in-process as the bridge does, that tells how each instance ended.</summary>
internal sealed class TestApplication(string name, AsgiApplication callable) : IApplication
{
    private readonly Channel<InstanceEnding> _endings = Channel.CreateUnbounded<InstanceEnding>();
    private IApplication? _hosted;
    private int _started;

    public string Name => name;

    public int Started => Volatile.Read(ref _started);

    public void Attach(HostingContext context) => _hosted = new InProcessApplication(new HostedApplication(name, callable), context);

    /// <summary>Waits for the next instance to end.</summary>
    public Task<InstanceEnding> NextEndingAsync() => _endings.Reader.ReadAsync().WithDeadline();

    public async Task<InstanceEnding> RunAsync(AsgiScope scope, IDriver driver)
    {
        Interlocked.Increment(ref _started);
        var ending = await _hosted!.RunAsync(scope, driver);
        if (ending.Error is EndAs end)
        {
            ending = new InstanceEnding(end.Kind, ending.Progress, "the test says so");
        }

        _endings.Writer.TryWrite(ending);
        return ending;
    }

    /// <summary>Thrown by a callable, it ends the instance in a way that only its host decides on.</summary>
    internal sealed class EndAs(EndingKind kind) : Exception
    {
        public EndingKind Kind => kind;
    }
}
