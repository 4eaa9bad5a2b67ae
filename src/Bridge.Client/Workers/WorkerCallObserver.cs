using Asgiref.Core.Callables.Incoming;
using Asgiref.Core.Callables.Transport;
using Microsoft.Extensions.Logging;

namespace Bridge.Client.Workers;

/// <summary>Logs and counts what the callables of a worker do.</summary>
internal sealed class WorkerCallObserver(ILogger logger, WorkerMetrics metrics) : CallableObserver
{
    public override void Reached(CallableLimit limit) => metrics.Reached(limit);

    public override void CallStarted(string callable) => metrics.CallStarted();

    public override void CallEnded(string callable, CallFailure? failure) => metrics.CallEnded(failed: failure is not null);

    public override void CallRefused(string callable, CallFailure refusal)
    {
        metrics.CallRefused();
        WorkerLog.CallRefused(logger, callable, refusal.Kind.ToString(), refusal.Message);
    }

    public override void TransportRaised(Exception error, string callable) => WorkerLog.TransportRaised(logger, error, callable);
}
