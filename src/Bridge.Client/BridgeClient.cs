using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Scopes;
using Bridge.Protocol;
using Bridge.Protocol.Mapping;
using Bridge.Protocol.V1;
using Grpc.Net.Client;
using AsgiHttpScope = Asgiref.Core.Scopes.HttpScope;

namespace Bridge.Client;

/// <summary>
/// Drives applications that a bridge hosts, from this process. Make one and keep it: it holds the connection, which all
/// runs share. Safe for concurrent use.
/// </summary>
/// <remarks>The connection comes up with the first run, and again by itself after it was lost.</remarks>
[SuppressMessage("Reliability", "CA2213", Justification = "A source without timer or wait handle has nothing to dispose; so its token can always be had.")]
public sealed class BridgeClient : IDisposable
{
    private readonly BridgeClientOptions _options;
    private readonly GrpcChannel _channel;
    private readonly ApplicationService.ApplicationServiceClient _applications;
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Creates a client; nothing is connected yet.</summary>
    /// <param name="options">How to reach the bridge; null: <see cref="BridgeClientOptions.Default"/>.</param>
    /// <exception cref="ArgumentException">The address or a limit makes no sense.</exception>
    public BridgeClient(BridgeClientOptions? options = null)
    {
        _options = options ?? BridgeClientOptions.Default;
        _channel = BridgeChannel.Open(_options);
        _applications = new ApplicationService.ApplicationServiceClient(_channel);
    }

    /// <summary>Creates a client for an address; nothing is connected yet.</summary>
    /// <param name="address">As <see cref="BridgeClientOptions.Address"/>.</param>
    /// <exception cref="ArgumentException">The address makes no sense.</exception>
    public BridgeClient(string address)
        : this(BridgeClientOptions.Default with { Address = address })
    {
    }

    /// <summary>Runs one instance of an application; this side plays the protocol server.</summary>
    /// <param name="application">The name of the hosted application.</param>
    /// <param name="scope">
    /// What the application is told. <see cref="AsgiScope.State"/> stays here: the application gets its own.
    /// </param>
    /// <param name="timeLimit">
    /// How long the run may take in all; null: no limit. Then it fails with <see cref="BridgeError.DeadlineExceeded"/>.
    /// </param>
    /// <param name="cancellationToken">Cancels the whole run, not only this call: the application gets its disconnect event.</param>
    /// <returns>The run, once the start is on its way. Whether the bridge takes it shows in the first receive.</returns>
    /// <exception cref="BridgeException">There is no connection.</exception>
    /// <exception cref="InvalidMessageException">The scope cannot cross.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    /// <exception cref="ArgumentException">The application has no name.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public async Task<ApplicationRun> RunAsync(
        string application, AsgiScope scope, TimeSpan? timeLimit = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(application);
        ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, this);
        var start = new RunRequest { Start = new RunStart { Application = application, Scope = ScopeMapping.ToMessage(scope) } };
        var run = new ApplicationRun(_applications, _options, timeLimit, _closed.Token, cancellationToken);
        try
        {
            await run.StartAsync(start).ConfigureAwait(false);
            return run;
        }
        catch
        {
            await run.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>As <see cref="RunAsync"/>, for callers without async: blocks the calling thread, and no other, until the start is on its way.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public ApplicationRun Run(
        string application, AsgiScope scope, TimeSpan? timeLimit = null, CancellationToken cancellationToken = default) =>
        Blocking.Wait(() => RunAsync(application, scope, timeLimit, cancellationToken));

    /// <summary>Sends one HTTP request to an application and waits for the head of its response.</summary>
    /// <param name="application">The name of the hosted application.</param>
    /// <param name="scope">The request's head.</param>
    /// <param name="body">The request's body; sent while the response is read. Not changed until the exchange is over.</param>
    /// <param name="timeLimit">How long the whole exchange may take; null: no limit.</param>
    /// <param name="cancellationToken">Cancels the whole exchange.</param>
    /// <returns>The response; dispose it, also when its body is not read.</returns>
    /// <exception cref="BridgeException">The exchange failed before there was a head.</exception>
    /// <exception cref="InvalidMessageException">The scope cannot cross.</exception>
    /// <exception cref="OperationCanceledException">The exchange was cancelled.</exception>
    /// <exception cref="ArgumentException">The application has no name.</exception>
    /// <exception cref="ObjectDisposedException">The client is disposed.</exception>
    public async Task<HttpExchange> RequestAsync(
        string application,
        AsgiHttpScope scope,
        ReadOnlyMemory<byte> body = default,
        TimeSpan? timeLimit = null,
        CancellationToken cancellationToken = default)
    {
        var run = await RunAsync(application, scope, timeLimit, cancellationToken).ConfigureAwait(false);
        return await HttpExchange.OpenAsync(run, body).ConfigureAwait(false);
    }

    /// <summary>Closes the connection. Runs that still go on are cancelled: their applications get a disconnect event.</summary>
    public void Dispose()
    {
        _closed.Cancel();
        _channel.Dispose();
    }
}
