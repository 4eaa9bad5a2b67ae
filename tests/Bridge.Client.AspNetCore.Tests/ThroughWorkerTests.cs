using Bridge.Client.AspNetCore.Tests.Hosts;
using Microsoft.AspNetCore.Builder;

namespace Bridge.Client.AspNetCore.Tests;

/// <summary>The same as a worker of a bridge: every event crosses the wire.</summary>
public sealed class ThroughWorkerTests : OrdinaryApplicationTests
{
    /// <summary>The bridge fills the window of a request's body before the worker is known to want it.</summary>
    protected override bool BodiesAreAskedForAtOnce => true;

    protected override Task<ServedApplication> ServeAsync(Action<WebApplicationBuilder> configure, Action<WebApplication> map) =>
        ApplicationHost.ThroughWorkerAsync(configure, map);
}
