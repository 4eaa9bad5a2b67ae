using Bridge.Client.AspNetCore.Tests.Hosts;
using Microsoft.AspNetCore.Builder;

namespace Bridge.Client.AspNetCore.Tests;

/// <summary>The same behind the bridge's fronts, without a wire between the bridge and the application.</summary>
public sealed class BehindFrontTests : OrdinaryApplicationTests
{
    protected override Task<ServedApplication> ServeAsync(Action<WebApplicationBuilder> configure, Action<WebApplication> map) =>
        ApplicationHost.BehindFrontAsync(configure, map);
}
