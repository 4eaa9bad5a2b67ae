using Asgiref.Core.Hosting;

namespace Bridge.Server.Instances;

/// <summary>An application that is reachable without a configured route.</summary>
/// <param name="Application">The application.</param>
/// <param name="RootPath">Where: the scope's root path.</param>
internal sealed record MountedApplication(IApplication Application, string RootPath);
