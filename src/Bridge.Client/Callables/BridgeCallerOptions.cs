using Asgiref.Core.Callables;
using Bridge.Client.Workers;
using Microsoft.Extensions.Logging;

namespace Bridge.Client.Callables;

/// <summary>
/// How a <see cref="BridgeCaller"/> reaches its bridge. The caller checks and copies it when it is made; later changes do
/// nothing. Not safe for concurrent use. All times are above zero and at most a day.
/// </summary>
public sealed class BridgeCallerOptions
{
    /// <inheritdoc cref="BridgeWorkerOptions.Address"/>
    public string Address { get; set; } = "http://localhost:50051";

    /// <inheritdoc cref="BridgeWorkerOptions.Token"/>
    public string? Token { get; set; }

    /// <summary>
    /// Through which functions are called; the caller becomes its default route. What it has itself is called in this process
    /// and is not offered to others: for callbacks from other processes use a <see cref="BridgeWorker"/>. Default: one of its
    /// own, which writes protobuf messages as themselves.
    /// </summary>
    public CallableRegistry? Callables { get; set; }

    /// <summary>Sessions kept with the bridge at once. Default 1; 1 to 64.</summary>
    public int Sessions { get; set; } = 1;

    /// <inheritdoc cref="BridgeWorkerOptions.SessionWaitTime"/>
    public TimeSpan SessionWaitTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc cref="BridgeWorkerOptions.WaitingCalls"/>
    public int WaitingCalls { get; set; } = 10_000;

    /// <inheritdoc cref="BridgeWorkerOptions.ConnectTime"/>
    public TimeSpan ConnectTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc cref="BridgeWorkerOptions.HelloTime"/>
    public TimeSpan HelloTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc cref="BridgeWorkerOptions.KeepAliveInterval"/>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <inheritdoc cref="BridgeWorkerOptions.KeepAliveTimeout"/>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long calls that are under way may still take when the caller is disposed of, and then the end of a session. Default 5 s.</summary>
    public TimeSpan CloseTime { get; set; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc cref="BridgeWorkerOptions.Reconnection"/>
    public WorkerReconnection Reconnection { get; set; } = new();

    /// <summary>Where the caller logs its sessions, in the category <c>Bridge.Client.Workers.BridgeWorker</c>. Null, the default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <inheritdoc cref="BridgeWorkerOptions.TimeProvider"/>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <inheritdoc cref="BridgeWorkerOptions.ConfigureConnection"/>
    public Action<SocketsHttpHandler>? ConfigureConnection { get; set; }

    /// <summary>Dials; null: gRPC.</summary>
    internal ISessionDialer? Dialer { get; set; }

    /// <summary>The same as those of a worker that serves nothing.</summary>
    internal BridgeWorkerOptions ToWorkerOptions() => new()
    {
        Address = Address,
        Name = "caller",
        Token = Token,
        ServesNothing = true,
        Sessions = Sessions,
        SessionWaitTime = SessionWaitTime,
        WaitingCalls = WaitingCalls,
        ConnectTime = ConnectTime,
        HelloTime = HelloTime,
        KeepAliveInterval = KeepAliveInterval,
        KeepAliveTimeout = KeepAliveTimeout,
        CloseTime = CloseTime,
        Reconnection = Reconnection,
        LoggerFactory = LoggerFactory,
        TimeProvider = TimeProvider,
        ConfigureConnection = ConfigureConnection,
        Dialer = Dialer,
    };
}
