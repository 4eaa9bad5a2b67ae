namespace Bridge.Testing.Tools;

/// <summary>What the Python sample needs; samples/python/run.sh honours PYTHON in the same way.</summary>
public static class PythonPeer
{
    /// <summary>The interpreter: the one that sees the packages of Debian, unless the environment names another.</summary>
    public static string Program => Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3";

    internal static string? FindMissing()
    {
        var python = Program;
        return ExternalCommand.FindMissing("protoc", "grpc_python_plugin")
            ?? (ExternalCommand.Succeeds(python, "-c", "import grpc, google.protobuf") ? null : $"{python} with grpcio and protobuf");
    }
}
