namespace Bridge.Testing.Tools;

/// <summary>What the Go sample needs; samples/go/run.sh honours GO_PACKAGES in the same way.</summary>
internal static class GoPeer
{
    public static string? FindMissing()
    {
        var packages = Environment.GetEnvironmentVariable("GO_PACKAGES") ?? "/usr/share/gocode";
        return ExternalCommand.FindMissing("go", "protoc", "protoc-gen-go", "protoc-gen-go-grpc")
            ?? (Directory.Exists(Path.Combine(packages, "src/google.golang.org/grpc")) ? null : $"google.golang.org/grpc in {packages}");
    }
}
