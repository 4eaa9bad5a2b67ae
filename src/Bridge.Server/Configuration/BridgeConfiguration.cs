using Asgiref.Core.Hosting;
using Bridge.Server.Access;
using Bridge.Server.Callables;
using Bridge.Server.Grpc;
using Bridge.Server.Hosting;
using Bridge.Server.Http;
using Bridge.Server.Sessions;
using Bridge.Server.Stateless;
using Bridge.Server.WebSockets;
using Bridge.Server.Workers;
using SessionOptions = Bridge.Protocol.Sessions.SessionOptions;

namespace Bridge.Server.Configuration;

/// <summary>What the bridge reads under <c>Bridge:</c>.</summary>
internal static class BridgeConfiguration
{
    public static ConfigurationSchema Schema { get; } = new(new Dictionary<string, Type>
    {
        [BridgeLimits.Section] = typeof(BridgeLimits),
        [ApplicationSettings.Section] = typeof(Dictionary<string, ApplicationSettings>),
        [HttpFrontOptions.SectionName] = typeof(HttpFrontOptions),
        [WebSocketFrontOptions.SectionName] = typeof(WebSocketFrontOptions),
        [GrpcOptions.Section] = typeof(GrpcOptions),
        [WorkerOptions.Section] = typeof(WorkerOptions),
        [CallableOptions.Section] = typeof(CallableOptions),
        [SessionSettings.Section] = typeof(SessionOptions),
        [StatelessOptions.Section] = typeof(StatelessOptions),
        [AccessSettings.TokenKey] = typeof(string),
        [AccessSettings.AllowAnonymousKey] = typeof(bool),
        ["Bridge:DetailedErrors"] = typeof(bool),
    });

    /// <exception cref="ConfigurationException">A limit is out of its range.</exception>
    public static BridgeLimits ReadLimits(IConfiguration configuration)
    {
        var limits = configuration.GetSection(BridgeLimits.Section).Get<BridgeLimits>() ?? new BridgeLimits();
        foreach (var property in typeof(BridgeLimits).GetProperties().Where(property => property.CanWrite))
        {
            if (property.GetValue(limits) is TimeSpan { Ticks: <= 0 } or int and < 1)
            {
                throw new ConfigurationException($"{BridgeLimits.Section}:{property.Name} is {property.GetValue(limits)}; it must be above zero.");
            }

            if (property.GetValue(limits) is TimeSpan time && time > HostingLimits.LongestTime)
            {
                throw new ConfigurationException($"{BridgeLimits.Section}:{property.Name} is {time}; it must be at most a day.");
            }
        }

        return limits;
    }
}
