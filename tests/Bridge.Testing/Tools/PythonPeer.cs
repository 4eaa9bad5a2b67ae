namespace Bridge.Testing.Tools;

/// <summary>What the Python sample needs; samples/python/run.sh honours PYTHON in the same way.</summary>
internal static class PythonPeer
{
    public static string? FindMissing()
    {
        var python = Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3";
        return ExternalCommand.FindMissing("protoc", "grpc_python_plugin")
            ?? (ExternalCommand.Succeeds(python, "-c", "import grpc, google.protobuf") ? null : $"{python} with grpcio and protobuf");
    }
}
