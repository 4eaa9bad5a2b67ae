using Asgiref.Core.Hosting;
using Bridge.Server.Hosting;
using Bridge.Server.Metrics;

namespace Bridge.Server.Samples;

/// <summary>What the bridge hosts when its configuration names no application, so that the first curl answers.</summary>
internal static class SampleApplications
{
    /// <summary>The name of the one that is at "/".</summary>
    public const string Front = "welcome";

    /// <param name="overview">What is hosted and what to try; asked for when the bridge listens.</param>
    /// <param name="metrics">Counts the limits of the WSGI threads.</param>
    public static IReadOnlyList<HostedApplication> Make(Func<string> overview, BridgeMetrics metrics) =>
    [
        new HostedApplication(Front, new WelcomeApplication(overview).RunAsync) { Lifespan = LifespanMode.Off },
        HostedWsgi.Make("wsgi", WsgiSample.Run, new WsgiSettings().ToOptions(metrics)),
        new HostedApplication("echo", EchoApplication.RunAsync) { Lifespan = LifespanMode.Off, TryWith = "-d hello" },
        new HostedApplication("chat", ChatApplication.RunAsync) { Kind = ApplicationKind.Stateless, Lifespan = LifespanMode.Off },
    ];
}
