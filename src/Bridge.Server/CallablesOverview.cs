using System.Text;
using System.Text.Json;
using Bridge.Protocol.V1;
using Bridge.Server.Callables;
using Bridge.Server.Endpoints;
using Bridge.Server.Workers;

namespace Bridge.Server;

/// <summary>The functions that can be called, and one command to try each: a part of <see cref="HostingOverview"/>.</summary>
/// <param name="endpoints">Where the bridge listens.</param>
/// <param name="asksForToken">Whether callers show a token.</param>
/// <param name="tryWith">The arguments to try functions with, as JSON, by their names.</param>
/// <param name="hosted">The functions that the bridge hosts.</param>
/// <param name="figures">Those of workers.</param>
internal sealed class CallablesOverview(
    BridgeEndpoints endpoints,
    bool asksForToken,
    IReadOnlyDictionary<string, string> tryWith,
    Func<IReadOnlyCollection<IHostedCallable>> hosted,
    Func<IReadOnlyList<WorkerFigures>> figures)
{
    private const string Service = "asgi_bridge.v1.CallableService";

    public void AppendTo(StringBuilder text)
    {
        Callable[] own = [.. hosted().Select(callable => callable.Description).OrderBy(callable => callable.Name, StringComparer.Ordinal)];
        if (own.Length > 0)
        {
            var width = own.Max(callable => callable.Name.Length);
            text.Append("\nCallables\n");
            foreach (var callable in own)
            {
                var kind = callable.Kind.ToString().ToLowerInvariant();
                text.Append($"  {callable.Name.PadRight(width)}  {kind,-6}  {CommandFor(callable) ?? SignatureOf(callable)}\n");
            }

            text.Append($"  {Grpcurl("List")}\n");
        }

        HostingOverview.AppendFigures(text, "Callables of workers", figures());
    }

    private static string SignatureOf(Callable callable) =>
        $"over gRPC: {(callable.Input.Length > 0 ? callable.Input : "nothing")} -> {(callable.Output.Length > 0 ? callable.Output : "nothing")}";

    /// <summary>A call with an argument that the function understands; null where none is known, or the result is a stream.</summary>
    private string? CommandFor(Callable callable)
    {
        if (callable.Kind == CallableKind.Stream)
        {
            return null;
        }

        if (callable.Input.Length == 0)
        {
            return Grpcurl("Call", new { callable = callable.Name });
        }

        return tryWith.TryGetValue(callable.Name, out var argument)
            ? Grpcurl("Call", new { callable = callable.Name, head = new { argument = new { contentType = "application/json", data = Encoding.UTF8.GetBytes(argument) } } })
            : null;
    }

    /// <summary>The JSON has no apostrophe: the writer escapes it.</summary>
    private string Grpcurl(string method, object? request = null)
    {
        var endpoint = endpoints.All.First(endpoint => endpoint.Role == EndpointRole.Grpc);
        var plain = endpoint.Address.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? "" : " -plaintext";
        var token = asksForToken ? " -H \"authorization: Bearer $BRIDGE_TOKEN\"" : "";
        var data = request is null ? "" : $" -d '{JsonSerializer.Serialize(request)}'";
        var address = endpoint.UnixSocketPath is { } path ? $"-unix {path}" : new Uri(endpoint.CurlAddress).Authority;
        return $"grpcurl{plain}{token}{data} {address} {Service}/{method}";
    }
}
