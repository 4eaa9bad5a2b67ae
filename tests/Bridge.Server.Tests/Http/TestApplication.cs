using System.Threading.Channels;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Bridge.Server.Instances;

namespace Bridge.Server.Tests.Http;

/// <summary>An application of a test: runs a callable as hosting does, and tells what became of each instance.</summary>
internal sealed class TestApplication(string name, AsgiApplication callable) : IApplication
{
    private readonly Channel<InstanceEnding> _endings = Channel.CreateUnbounded<InstanceEnding>();
    private int _live;
    private int _started;

    public string Name => name;

    public int Live => Volatile.Read(ref _live);

    public int Started => Volatile.Read(ref _started);

    /// <summary>Waits for the next instance to end.</summary>
    public Task<InstanceEnding> NextEndingAsync() => _endings.Reader.ReadAsync().WithDeadline();

    public async Task<InstanceEnding> RunAsync(AsgiScope scope, IDriver driver)
    {
        Interlocked.Increment(ref _started);
        Interlocked.Increment(ref _live);
        var rules = SendRules.For(scope);
        var ending = await RunAsync(scope, driver, rules);
        Interlocked.Decrement(ref _live);
        _endings.Writer.TryWrite(ending);
        return ending;
    }

    private async Task<InstanceEnding> RunAsync(AsgiScope scope, IDriver driver, SendRules rules)
    {
        try
        {
            await callable(scope, driver.ReceiveAsync, SendAsync);
            return new InstanceEnding(EndingKind.Finished, rules.Progress, rules.FindOmission());
        }
        catch (ClientDisconnectedException error)
        {
            return new InstanceEnding(EndingKind.Disconnected, rules.Progress, null, error);
        }
        catch (EndAs end)
        {
            return new InstanceEnding(end.Kind, rules.Progress, "the test says so");
        }
        catch (Exception error)
        {
            return new InstanceEnding(EndingKind.Failed, rules.Progress, error.Message, error);
        }

        async ValueTask SendAsync(AsgiEvent message, CancellationToken cancellationToken)
        {
            if (rules.Take(message) is var verdict and not SendVerdict.Ignore)
            {
                await driver.SendAsync(message, verdict, cancellationToken);
            }
        }
    }

    /// <summary>Thrown by a callable, it ends the instance in a way of which only its host decides.</summary>
    internal sealed class EndAs(EndingKind kind) : Exception
    {
        public EndingKind Kind => kind;
    }
}
