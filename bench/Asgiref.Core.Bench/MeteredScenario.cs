using Bridge.Bench;

namespace Asgiref.Core.Bench;

/// <summary>A comparison whose legs of this process also tell what they allocate.</summary>
internal sealed class MeteredScenario
{
    public MeteredScenario(string name, Func<int, Task> ours, string peerName, Func<int, Task> peer, Leg? asgiref)
    {
        Ours = new CallMeter(ours);
        Peer = new CallMeter(peer);
        var legs = new List<Leg> { new("ours", Ours.RateAsync), new(peerName, Peer.RateAsync) };
        if (asgiref is not null)
        {
            legs.Add(asgiref);
        }

        Scenario = new Scenario(name, legs);
    }

    public Scenario Scenario { get; }

    public CallMeter Ours { get; }

    public CallMeter Peer { get; }
}
