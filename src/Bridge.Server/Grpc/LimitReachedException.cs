using Bridge.Server.Metrics;

namespace Bridge.Server.Grpc;

/// <summary>A driver has sent more than a limit allows.</summary>
internal sealed class LimitReachedException(Limit limit, string message) : Exception(message)
{
    public Limit Limit => limit;
}
