namespace Bridge.EndToEnd.Tests.Running;

/// <summary>The configuration of one server process, as command line arguments. Its ports are left open.</summary>
internal static class ServerSettings
{
    /// <summary>What a user gets who configures nothing: the samples.</summary>
    public static IReadOnlyList<string> Samples { get; } =
    [
        .. Endpoint("Http", "Http1"),
        .. Endpoint("Grpc", "Http2"),
        .. Endpoint("Management", "Http1"),
    ];

    /// <summary>The probe applications, from an assembly of their own.</summary>
    public static IReadOnlyList<string> Probes { get; } =
    [
        .. Samples,
        .. Probe("raise-before-start", "RaiseBeforeStart"),
        .. Probe("raise-after-start", "RaiseAfterStart"),
        .. Probe("wait-for-disconnect", "WaitForDisconnect"),
        .. Probe("records", "Records"),
        .. Probe("converse", "Converse", type: "SocketProbe"),
    ];

    private static string[] Endpoint(string name, string protocols) =>
    [
        $"--Kestrel:Endpoints:{name}:Url=http://127.0.0.1:0",
        $"--Kestrel:Endpoints:{name}:Protocols={protocols}",
    ];

    private static string[] Probe(string name, string member, string type = "Probes") =>
    [
        $"--Bridge:Applications:{name}:Assembly={BuiltOutput.Probes}",
        $"--Bridge:Applications:{name}:Type=ProbeApplications.{type}",
        $"--Bridge:Applications:{name}:Member={member}",
    ];
}
