using Asgiref.Core.Hosting;
using Bridge.Protocol.Instances;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Callables;
using Bridge.Server.Instances;
using Bridge.Server.Workers;

namespace Bridge.Server.Sessions;

/// <summary>
/// The bridge behind one session: runs what its client drives, takes its calls where they belong, and tells the workers'
/// directory what its worker serves.
/// </summary>
internal sealed class BridgeSession(
    IApplicationDirectory applications, WorkerDirectory workers, CallRouter calls, ThreadContexts threadContexts, ILogger logger) : ISessionHandler
{
    private readonly Lock _introduction = new();
    private Session _session = null!;
    private WorkerConnection? _worker;
    private bool _introduced;

    /// <summary>Says which session it is, before that runs.</summary>
    public void Attach(Session session) => _session = session;

    /// <summary>Lets the worker in, if the client is one. When its hello has come; a second time does nothing.</summary>
    public void Introduce()
    {
        lock (_introduction)
        {
            if (!_introduced)
            {
                _introduced = true;
                _worker = _session.Established.Result.Worker is { } worker ? workers.Connect(_session, worker) : null;
            }
        }
    }

    /// <summary>The session has ended.</summary>
    public void OnEnded()
    {
        lock (_introduction)
        {
            _introduced = true;
            if (_worker is { } worker)
            {
                workers.Disconnect(worker);
            }
        }

        threadContexts.OnOwnerEnded(this);
    }

    public void Accept(Exchange exchange)
    {
        Task accepting;
        try
        {
            accepting = exchange.Target.Call is { } call
                ? calls.RunAsync(call, exchange.Head, new ExchangeOrigin(exchange, _session.Name, owner: this))
                : InstanceAcceptor.AcceptAsync(exchange, Find);
        }
        catch (Exception error)
        {
            accepting = Task.FromException(error);
        }

        // Most calls have ended.
        if (!accepting.IsCompletedSuccessfully)
        {
            _ = WatchAsync(exchange, accepting);
        }
    }

    public void Over(Exchange exchange)
    {
        if (exchange.State is SessionCallee callee)
        {
            callee.OnOver(exchange);
        }
        else if (exchange.State is OfferedPlaces { Worker: WorkerConnection worker } place)
        {
            worker.OnOver(place, wasRefused: exchange.Ending!.Kind == ExchangeEndingKind.Refused);
        }
    }

    public void Offered(Offer offer)
    {
        Introduce();
        if (_session.Ending is not null)
        {
            return;
        }

        if (_worker is null)
        {
            _session.RefuseOffer(offer, "The hello named no worker: this session can only drive applications and make calls.");
        }
        else
        {
            _worker.OnOffer(offer);
        }
    }

    public void OfferRefused(OfferRefusal refusal)
    {
        // The bridge offers nothing.
    }

    public void ThreadContextEnded(Guid context) => threadContexts.End(context, owner: this);

    public void PeerDrains(string reason)
    {
        Introduce();
        _worker?.OnDrain(reason);
    }

    private async Task WatchAsync(Exchange exchange, Task accepting)
    {
        try
        {
            await accepting;
        }
        catch (Exception error)
        {
            Log.AcceptFailed(logger, error, _session.Name);
            exchange.End(EndedKind.Failed, "The bridge failed.");
        }
    }

    private IApplication? Find(string name) => applications.TryFind(name, out var application) ? application : null;
}
