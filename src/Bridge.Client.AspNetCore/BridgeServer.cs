using System.Diagnostics.CodeAnalysis;
using Bridge.Client.Workers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Bridge.Client.AspNetCore;

/// <summary>
/// The server of an ASP.NET Core host that listens nowhere: a worker of a bridge. When the worker ends by itself, because it is
/// refused, replaced by a newer process or to be recycled, the host is stopped: nobody could reach it any more.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the host.")]
internal sealed class BridgeServer(IOptions<BridgeServerOptions> options, ILoggerFactory loggers, IHostApplicationLifetime lifetime)
    : IServer, IAsyncDisposable
{
    private readonly BridgeServerOptions _options = options.Value;
    private readonly ILogger _logger = loggers.CreateLogger<BridgeServer>();
    private readonly ServerAddressesFeature _addresses = new();
    private BridgeWorker? _worker;
    private volatile bool _isStopping;

    public IFeatureCollection Features => field ??= MakeFeatures();

    /// <summary>The worker, once started.</summary>
    internal BridgeWorker? Worker => _worker;

    /// <summary>Ends when the worker has begun to dial: the bridge may come later.</summary>
    /// <exception cref="ArgumentException">An option is wrong; the message names it.</exception>
    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        if (_worker is not null)
        {
            throw new InvalidOperationException("The server has been started before.");
        }

        IgnoreAddresses();
        var worker = _options.Worker;
        worker.LoggerFactory ??= loggers;
        worker.Applications.Add(
            _options.Application,
            HttpContextApplication.Create(application, _options, _logger),
            new WorkerApplicationOptions { MaxInstances = _options.MaxInstances, Lifespan = WorkerLifespan.Off });
        _worker = new BridgeWorker(worker);
        _ = StopHostAfterAsync(_worker);
        Log.Serving(_logger, _options.Application, worker.Address);
        return _worker.StartAsync(cancellationToken);
    }

    /// <summary>Takes nothing new and lets what runs finish; the token puts it in a hurry.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        return _worker?.StopAsync(cancellationToken) ?? Task.CompletedTask;
    }

    /// <summary>Without waiting for the end, which <see cref="DisposeAsync"/> does.</summary>
    public void Dispose()
    {
        _isStopping = true;
        _ = _worker?.DisposeAsync().AsTask();
    }

    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        if (_worker is not null)
        {
            await _worker.DisposeAsync().ConfigureAwait(false);
        }
    }

    private FeatureCollection MakeFeatures()
    {
        var features = new FeatureCollection();
        features.Set<IServerAddressesFeature>(_addresses);
        return features;
    }

    /// <summary>Hosting and programs expect the feature; what they put into it cannot be listened on.</summary>
    private void IgnoreAddresses()
    {
        if (_addresses.Addresses.Count > 0)
        {
            Log.AddressesIgnored(_logger, string.Join(", ", _addresses.Addresses));
            _addresses.Addresses.Clear();
        }
    }

    private async Task StopHostAfterAsync(BridgeWorker worker)
    {
        try
        {
            var ending = await worker.Completion.ConfigureAwait(false);
            if (_isStopping)
            {
                return;
            }

            Log.WorkerEnded(_logger, ending.Kind.ToString(), ending.Reason);
        }
        catch (WorkerException error)
        {
            Log.WorkerFailed(_logger, error.Message);
        }

        lifetime.StopApplication();
    }
}
