using System.Reflection;

namespace Bridge.Server.Tests.Hosting;

/// <summary>Where the assemblies that the tests host have been built.</summary>
internal static class Assets
{
    public static string HostedApplication { get; } = PathOf("HostedApplication");

    public static string HostedOnNewerCore { get; } = PathOf("HostedOnNewerCore");

    private static string PathOf(string project) => Path.Combine(Metadata("Assets"), project, Metadata("AssetsOutput"), project + ".dll");

    private static string Metadata(string key) =>
        typeof(Assets).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;
}
