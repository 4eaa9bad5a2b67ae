using System.Text;
using Bridge.Server.Endpoints;
using Bridge.Server.Hosting;
using Bridge.Server.Http;
using Bridge.Server.Workers;

namespace Bridge.Server;

/// <summary>What is hosted, where, and one command to try each: the banner of the start and the welcome page.</summary>
internal sealed class HostingOverview(
    BridgeEndpoints endpoints, IReadOnlyList<HostedApplication> applications, IReadOnlyList<HttpRoute> routes)
{
    private static readonly string Version = typeof(HostingOverview).Assembly.GetName().Version!.ToString(3);

    private Func<IReadOnlyList<WorkerFigures>> _workers = static () => [];
    private CallablesOverview? _callables;

    /// <summary>Complete once the bridge listens: before that a port may not be known.</summary>
    public string Render()
    {
        var text = new StringBuilder($"asgiref bridge {Version}\n\nListening\n");
        foreach (var endpoint in endpoints.All)
        {
            text.Append($"  {endpoint.Name,-12} {endpoint.Address}\n");
        }

        var width = applications.Max(application => application.Name.Length);
        text.Append("\nApplications\n");
        foreach (var application in applications)
        {
            var name = application.Name.PadRight(width);
            var kind = application.Kind.ToString().ToLowerInvariant();
            var route = routes.FirstOrDefault(route => route.Application == application.Name);
            text.Append($"  {name}  {kind}  {(route is null ? GrpcOnly(application) : CommandFor(application, route))}\n");
        }

        AppendFigures(text, "Applications of workers", _workers());
        _callables?.AppendTo(text);
        return text.Append($"\nState\n  curl {FirstOf(EndpointRole.Management).CurlAddress}/readyz\n").ToString();
    }

    /// <summary>Says where to ask what workers serve.</summary>
    public void ShowWorkers(Func<IReadOnlyList<WorkerFigures>> figures) => _workers = figures;

    /// <summary>Says what to tell of functions.</summary>
    public void ShowCallables(CallablesOverview callables) => _callables = callables;

    /// <summary>A section about what workers serve; none if they serve nothing.</summary>
    public static void AppendFigures(StringBuilder text, string title, IReadOnlyList<WorkerFigures> served)
    {
        if (served.Count == 0)
        {
            return;
        }

        text.Append($"\n{title}\n");
        var width = served.Max(application => application.Application.Length);
        foreach (var application in served)
        {
            text.Append($"  {application.Application.PadRight(width)}  {application.Ready} ready, {application.Running} running, {application.Waiting} waiting\n");
        }
    }

    private static string GrpcOnly(HostedApplication application) =>
        application.Kind == ApplicationKind.Stateless ? "over gRPC: StatelessService.Feed" : "over gRPC only";

    private string CommandFor(HostedApplication application, HttpRoute route)
    {
        var options = application.TryWith.Length > 0 ? application.TryWith + " " : "";
        if (route.Host is { } host)
        {
            options += $"-H 'Host: {host.Replace("*.", "www.", StringComparison.Ordinal)}' ";
        }

        return $"curl {options}{FirstOf(EndpointRole.Http).CurlAddress}{route.Path}";
    }

    private BridgeEndpoint FirstOf(EndpointRole role) => endpoints.All.First(endpoint => endpoint.Role == role);
}
