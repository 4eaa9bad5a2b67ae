namespace Bridge.Server.Hosting;

/// <summary>An assembly that cannot be hosted; the loader adds the key of the configuration.</summary>
internal sealed class HostedAssemblyException(string message) : Exception(message);
