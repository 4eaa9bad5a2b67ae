namespace Bridge.Server.Hosting;

/// <summary>Where the HTTP front has an application: what the hosting needs to know of an entry of <c>Bridge:Http:Routes</c>.</summary>
internal sealed record HostedRoute(string Path, string? Host, string Application);
