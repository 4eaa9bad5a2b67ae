using System.Diagnostics.CodeAnalysis;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Mapping;
using Bridge.Protocol.Sessions;
using Google.Protobuf;

namespace Bridge.Protocol.Instances;

/// <summary>One attempt to run a <see cref="RemoteInstance"/>: takes what the application sends, and leaves with the driver.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle; the timer is disposed by StopAsync.")]
internal sealed class RemoteRun(AsgiScope scope, IDriver driver, SendRules rules, TimeSpan closePatience, TimeProvider clock)
    : IExchangeObserver
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>A driver that is an exchange itself can be received from only when it has begun.</summary>
    private readonly TaskCompletionSource? _accepted =
        driver is ExchangeDriver ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;

    private readonly Lock _gate = new();
    private Exchange? _exchange;
    private CancellationTokenRegistration _watch;
    private ITimer? _patience;
    private bool _over;
    private volatile bool _complete;
    private volatile bool _discarding;
    private volatile bool _left;

    /// <summary>Fires when the driver is not to be called any more.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>How far the driver has taken the conversation; the rules run ahead of it by what it has not taken.</summary>
    public SendProgress Delivered { get; private set; }

    /// <summary>Whether the driver has left, in whatever way.</summary>
    public bool HasLeft => _left || driver.Disconnected.IsCancellationRequested;

    /// <summary>What broke the instance at this side, other than the driver's leaving; null if nothing.</summary>
    public string? Fault { get; private set; }

    public EndingCause FaultCause { get; private set; }

    public Task WhenAccepted => _accepted?.Task.WaitAsync(Stop) ?? Task.CompletedTask;

    public void Start(Exchange exchange)
    {
        _exchange = exchange;
        _watch = driver.Disconnected.UnsafeRegister(static run => ((RemoteRun)run!).OnLeft(), this);
    }

    void IExchangeObserver.Accepted(Exchange exchange)
    {
        if (driver.TryBegin())
        {
            _accepted?.TrySetResult();
        }
        else
        {
            exchange.Reset(V1.ResetCode.Gone, "The driver left before.");
        }
    }

    void IExchangeObserver.Broken(Exchange exchange) => _stop.Cancel();

    /// <summary>Gives the driver what the application sends, until the exchange has ended.</summary>
    public async Task TakeAllAsync()
    {
        while (true)
        {
            var received = await _exchange!.ReceiveAsync(CancellationToken.None).ConfigureAwait(false);
            if (received.Kind == ReceivedKind.End)
            {
                return;
            }

            if (!_discarding)
            {
                await TakeAsync(received).ConfigureAwait(false);
            }

            _exchange.Taken(received);
        }
    }

    /// <summary>Nothing calls the driver after this, but for a call that is under way and ends now.</summary>
    public async ValueTask StopAsync()
    {
        lock (_gate)
        {
            _over = true;
            _patience?.Dispose();
        }

        await _watch.DisposeAsync().ConfigureAwait(false);
        End();
    }

    /// <summary>The driver's last event was an orderly disconnect, and it is on its way.</summary>
    public void LeftInOrder() => _left = true;

    /// <summary>Breaks the exchange off because the driver has left.</summary>
    /// <param name="disconnect">What the application shall receive; null for the plain disconnect.</param>
    public void Leave(AsgiEvent? disconnect = null)
    {
        if (!_complete)
        {
            _discarding = true;
            _left = true;
            _exchange!.Reset(
                driver.TimedOut is null ? V1.ResetCode.Gone : V1.ResetCode.TimedOut,
                driver.TimedOut ?? "The client has gone.",
                disconnect is null ? null : EventMapping.ToReceiveMessage(disconnect));
        }
    }

    /// <summary>Breaks the exchange off for another reason.</summary>
    public void Fail(V1.ResetCode code, string fault, EndingCause cause = EndingCause.None, AsgiEvent? disconnect = null)
    {
        if (_exchange!.Ending is null)
        {
            Fault ??= fault;
            FaultCause = cause;
            _discarding = true;
            _exchange.Reset(code, fault, disconnect is null ? null : EventMapping.ToReceiveMessage(disconnect));
        }
    }

    /// <summary>Breaks the exchange off because this host stops.</summary>
    public void EndByHost(string reason) =>
        Fail(V1.ResetCode.Stopping, reason, EndingCause.Draining, DisconnectEvents.ByHost(scope));

    private async Task TakeAsync(Received received)
    {
        try
        {
            var message = EventOf(received);
            var verdict = rules.Take(message);
            if (verdict != SendVerdict.Ignore)
            {
                _complete = rules.Progress == SendProgress.Complete;
                await driver.SendAsync(message, verdict, Stop).ConfigureAwait(false);
                Delivered = rules.Progress;
            }
        }
        catch (Exception error) when (error is InvalidMessageException or InvalidProtocolBufferException or InvalidAsgiEventException)
        {
            Fail(V1.ResetCode.Violation, $"The application's process broke a rule: {error.Message}");
        }
        catch (OperationCanceledException) when (Stop.IsCancellationRequested)
        {
            // The exchange was broken off: its end comes next.
        }
        catch (ClientDisconnectedException)
        {
            OnSendRefused();
        }
        catch (Exception error)
        {
            Fail(V1.ResetCode.Gone, $"The driver failed: {ErrorText.Of(error)}");
        }
    }

    private static AsgiEvent EventOf(in Received received)
    {
        if (received.Kind == ReceivedKind.Body)
        {
            return new HttpResponseBodyEvent { Body = received.Data, MoreBody = received.More };
        }

        // A worker must not be able to name a file of the bridge.
        return EventMapping.FromMessage(V1.SendEvent.Parser.ParseFrom(received.Data.Span)) is var message and not HttpResponsePathSendEvent
            ? message
            : throw new InvalidMessageException("http_response_pathsend", "a file is read where the application is; only its bytes cross.");
    }

    /// <summary>
    /// The client has gone. The application hears it behind what the client had said before, and only then need its sends
    /// fail; a driver that says nothing more is left at once.
    /// </summary>
    private void OnSendRefused()
    {
        _complete = false;
        if (driver.Disconnected.IsCancellationRequested)
        {
            _discarding = true;
            OnLeft();
        }
        else
        {
            Leave();
        }
    }

    private void OnLeft()
    {
        if (_complete)
        {
            return;
        }

        if (scope is HttpScope || driver.TimedOut is not null)
        {
            Leave();
            return;
        }

        lock (_gate)
        {
            if (!_over)
            {
                _patience ??= clock.CreateTimer(static run => ((RemoteRun)run!).Leave(), this, closePatience, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void End() => _stop.Cancel();
}
