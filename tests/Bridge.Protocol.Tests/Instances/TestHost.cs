using System.Threading.Channels;
using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;

namespace Bridge.Protocol.Tests.Instances;

/// <summary>A host that keeps what its applications report.</summary>
internal sealed class TestHost(HostingLimits limits, TimeProvider clock) : HostingContext(limits, clock)
{
    private readonly Channel<InstanceEnding> _endings = Channel.CreateUnbounded<InstanceEnding>();

    public int Started { get; private set; }

    public int Refused { get; private set; }

    /// <summary>How the next instance ended: its application has really returned.</summary>
    public Task<InstanceEnding> NextEnding() => _endings.Reader.ReadAsync().WithDeadline();

    public override void Reached(HostingLimit limit)
    {
    }

    public override void InstanceStarted() => Started++;

    public override void InstanceEnded(string application, AsgiScope scope, InstanceEnding ending) => _endings.Writer.TryWrite(ending);

    public override void InstanceRefused() => Refused++;

    public override void CancellationIgnored(string instance)
    {
    }

    public override void DriverRaised(Exception error, string instance) => Assert.Fail($"{instance}: {error}");

    public override void LifespanStarted(string application)
    {
    }

    public override void LifespanNotSupported(string application, string seen)
    {
    }

    public override void LifespanRaised(Exception error, string application)
    {
    }

    public override void LifespanShutdownFailed(string application, string failure)
    {
    }

    public override void LifespanShutdownTimedOut(string application, TimeSpan limit)
    {
    }

    public override void LifespanStillRunning(string application, TimeSpan limit)
    {
    }

    public override void Draining(int running)
    {
    }

    public override void DrainCutShort(string instance, bool hurry)
    {
    }

    public override void LeftBehind(string instance)
    {
    }

    public override void Drained()
    {
    }
}
