using System.Reflection;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Running;

/// <summary>Where the build has put what the tests start.</summary>
internal static class BuiltOutput
{
    private static readonly string Folder = typeof(BuiltOutput).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "BuildOutput").Value!;

    public static string Server { get; } = Repository.PathOf("src", "Bridge.Server", Folder, "Bridge.Server.dll");

    public static string Probes { get; } = Repository.PathOf("tests", "assets", "ProbeApplications", Folder, "ProbeApplications.dll");

    public static string DotnetWorker { get; } = Repository.PathOf("samples", "dotnet-worker", Folder, "DotnetWorker.dll");

    public static string MovingFunction { get; } = Repository.PathOf("samples", "moving-function", Folder, "MovingFunction.dll");

    public static string FaultWorker { get; } = Repository.PathOf("tests", "assets", "FaultWorker", Folder, "FaultWorker.dll");

    public static string CallWorker { get; } = Repository.PathOf("tests", "assets", "CallWorker", Folder, "CallWorker.dll");

    /// <summary>The dotnet command that runs these tests.</summary>
    public static string DotnetHost { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
}
