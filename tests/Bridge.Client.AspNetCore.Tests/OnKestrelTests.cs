using Bridge.Client.AspNetCore.Tests.Hosts;
using Microsoft.AspNetCore.Builder;

namespace Bridge.Client.AspNetCore.Tests;

/// <summary>Holds the tests themselves to what Kestrel does.</summary>
public sealed class OnKestrelTests : OrdinaryApplicationTests
{
    protected override Task<ServedApplication> ServeAsync(Action<WebApplicationBuilder> configure, Action<WebApplication> map) =>
        ApplicationHost.OnKestrelAsync(configure, map);
}
