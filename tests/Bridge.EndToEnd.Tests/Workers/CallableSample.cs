using System.Text.Json;
using Bridge.EndToEnd.Tests.Running;
using Bridge.Testing.Tools;

namespace Bridge.EndToEnd.Tests.Workers;

/// <summary>The samples of one language that call functions and offer one: scripts under samples/.</summary>
internal sealed record CallableSample(string Language, string Extension)
{
    public static CallableSample Python { get; } = new("python", "py");

    public static CallableSample Node { get; } = new("node", "js");

    public static CallableSample Go { get; } = new("go", "go");

    /// <summary>The sample that offers the function.</summary>
    public WorkerSample Function => new(Language, $"function.{Extension}") { ReadyFigure = "bridge_callables_ready{{callable=\"{0}\"}}" };

    /// <summary>Calls a function, as the readme says; gives what was printed.</summary>
    public async Task<CommandResult> CallAsync(BridgeProcess bridge, string callable, object argument)
    {
        var environment = new Dictionary<string, string>
        {
            ["STUBS"] = RunFolder.Of(Language + "-call-stubs"),
            ["SCRIPT"] = Repository.PathOf("samples", Language, $"call.{Extension}"),
        };
        if (Language == "node")
        {
            environment["NODE_PATH"] = NodePeer.Packages!;
        }

        return await ExternalCommand.RunAsync(
            Repository.PathOf("samples", Language, "run.sh"), [bridge.GrpcAddress, callable, JsonSerializer.Serialize(argument)], environment);
    }
}
