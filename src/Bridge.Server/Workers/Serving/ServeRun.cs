using System.Diagnostics.CodeAnalysis;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Instances;
using Bridge.Protocol.Mapping;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Workers.Serving;

/// <summary>
/// One instance at a worker behind <c>Serve</c>: feeds it the driver's events, and judges and passes on what it sends. For
/// the driver it is over when the application has returned, or when the application has been told that nobody listens any
/// more; for the call always when the application has returned.
/// </summary>
/// <param name="number">Its number on the call.</param>
/// <param name="scope">What the worker was given.</param>
/// <param name="instance">Gives the driver and its events.</param>
/// <param name="events">Takes the events to the worker.</param>
/// <param name="shared">Limits, clock, figures.</param>
/// <param name="stuck">Called when the application has not returned in time after its disconnect.</param>
/// <param name="callEnded">Fires when the call is over; <see cref="LoseAsync"/> follows.</param>
[SuppressMessage("Reliability", "CA1001", Justification = "The source has no timer and no handle; the timer is disposed when the application has returned.")]
internal sealed class ServeRun(
    ulong number,
    AsgiScope scope,
    WorkerInstance instance,
    ServeEvents events,
    ServeContext shared,
    Action<ServeRun> stuck,
    CancellationToken callEnded) : IServedRun
{
    private readonly IDriver _driver = instance.Driver;
    private readonly SendRules _rules = SendRules.For(scope);
    private readonly Lock _gate = new();

    /// <summary>Ends the calls of the driver.</summary>
    private readonly CancellationTokenSource _stop = new();

    private readonly TaskCompletionSource<InstanceEnding> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _feeding = Task.CompletedTask;
    private CancellationTokenRegistration _watch;
    private CancellationTokenRegistration _callWatch;
    private ITimer? _patience;
    private AsgiEvent? _farewell;
    private SendProgress _delivered;
    private string? _fault;
    private EndingCause _cause;
    private TaskCompletionSource? _sendOver;
    private bool _sending;
    private bool _closed;
    private bool _returned;
    private volatile bool _complete;
    private volatile bool _left;

    public ulong Number => number;

    /// <summary>How it ended, as soon as the driver is not called any more.</summary>
    public Task<InstanceEnding> Ended => _ended.Task;

    /// <summary>Whether what the application sends goes nowhere.</summary>
    private bool IsDeaf => _left || (!_complete && !_driver.LeavesInOrder && _driver.Disconnected.IsCancellationRequested) || Volatile.Read(ref _fault) is not null;

    /// <summary>Whether the driver goes on taking what the application sends although it has left: then only its return ends the instance.</summary>
    private bool IsHeardToTheEnd => _driver.LeavesInOrder && !_left && Volatile.Read(ref _fault) is null;

    /// <summary>Begins to feed the application. Its start has been handed to the writer.</summary>
    public void Start()
    {
        _feeding = FeedAsync();
        _callWatch = callEnded.UnsafeRegister(static run => _ = ((ServeRun)run!)._stop.CancelAsync(), this);
        _watch = _driver.Disconnected.UnsafeRegister(static run => ((ServeRun)run!).BeginPatience(), this);
    }

    /// <summary>Takes an event of the application; ends when the client's side has taken it.</summary>
    /// <returns>False: it came too late and is dropped.</returns>
    /// <exception cref="Protocol.InvalidMessageException">It is no event.</exception>
    /// <exception cref="InvalidAsgiEventException">It breaks the rules.</exception>
    public async ValueTask<bool> TryTakeAsync(V1.SendEvent message)
    {
        if (IsDeaf)
        {
            return false;
        }

        var taken = EventMapping.FromMessage(message);
        var verdict = _rules.Take(taken);
        if (verdict == SendVerdict.Ignore || !TryBeginSend())
        {
            return verdict == SendVerdict.Ignore;
        }

        try
        {
            _complete = _rules.Progress == SendProgress.Complete;
            await _driver.SendAsync(taken, verdict, _stop.Token);
            _delivered = _rules.Progress;
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The instance was broken off, and says so itself.
        }
        catch (ClientDisconnectedException)
        {
            _complete = false;
            _left = true;
            BreakOff(DriverRules.Lost(scope));
        }
        catch (Exception error) when (error is not InvalidAsgiEventException)
        {
            Fail($"The driver failed: {ErrorText.Of(error)}");
        }
        finally
        {
            EndSend();
        }

        return true;
    }

    /// <summary>The application has returned.</summary>
    /// <param name="failure">What it raised; null if nothing.</param>
    public async Task ReturnAsync(string? failure)
    {
        await CloseAsync();
        _ended.TrySetResult(BrokenEnding() ?? (failure is null
            ? new InstanceEnding(EndingKind.Finished, _delivered, _rules.FindOmission())
            : new InstanceEnding(EndingKind.Failed, _delivered, failure)));
    }

    /// <summary>The call is over, and the application with it.</summary>
    public async Task LoseAsync(string reason)
    {
        await CloseAsync();
        _ended.TrySetResult(BrokenEnding() ?? new InstanceEnding(EndingKind.Lost, _delivered, reason));
    }

    /// <summary>Ends the instance on the bridge's behalf, as lost. Safe for concurrent use.</summary>
    public void Stop(string reason) => Fail(reason, DisconnectEvents.ByHost(scope), EndingCause.Draining);

    private async Task FeedAsync()
    {
        // The caller holds the lock of the call.
        await Task.Yield();
        var heard = false;
        try
        {
            for (var isFirst = true; !heard; isFirst = false)
            {
                var next = instance.Remote.ReceiveAsync(_stop.Token);
                if (isFirst && !next.IsCompleted)
                {
                    await events.FlushAsync().WaitAsync(_stop.Token);
                }

                var message = await next;
                heard = DisconnectEvents.Includes(message, scope);
                _left |= heard && !_complete && !_driver.LeavesInOrder;
                await events.SendAsync(number, message, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Broken off, or over.
        }
        catch (TooLargeForWorkerException tooLarge)
        {
            Fail(tooLarge.Message, cause: EndingCause.EventTooLarge);
        }
        catch (Exception error)
        {
            Fail($"The driver failed: {ErrorText.Of(error)}");
        }

        if (!heard && Volatile.Read(ref _farewell) is { } farewell)
        {
            events.Send(number, farewell);
        }

        if (BrokenEnding() is not null && !IsHeardToTheEnd)
        {
            await CloseSendsAsync();
            if (BrokenEnding() is { } ending)
            {
                _ended.TrySetResult(ending);
            }
        }
    }

    private void Fail(string fault, AsgiEvent? farewell = null, EndingCause cause = EndingCause.None)
    {
        lock (_gate)
        {
            if (_fault is null)
            {
                _cause = cause;
                Volatile.Write(ref _fault, fault);
            }
        }

        BreakOff(farewell ?? DriverRules.Lost(scope));
    }

    /// <summary>Lets go of the driver; the application hears the farewell, and is then waited for.</summary>
    private void BreakOff(AsgiEvent farewell)
    {
        Interlocked.CompareExchange(ref _farewell, farewell, null);
        BeginPatience();
        _ = _stop.CancelAsync();
    }

    private void BeginPatience()
    {
        lock (_gate)
        {
            if (!_returned)
            {
                _patience ??= shared.Clock.CreateTimer(
                    static state => ((Action)state!)(), () => stuck(this), shared.Patience, Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>How it ended if not by itself; a complete conversation is not spoilt by a client that leaves.</summary>
    private InstanceEnding? BrokenEnding()
    {
        if (Volatile.Read(ref _fault) is { } fault)
        {
            return new InstanceEnding(EndingKind.Lost, _delivered, fault) { Cause = _cause };
        }

        return _delivered != SendProgress.Complete && (_left || _driver.Disconnected.IsCancellationRequested)
            ? InstanceEnding.Left(_driver, _delivered)
            : null;
    }

    private bool TryBeginSend()
    {
        lock (_gate)
        {
            _sending = !_closed;
            return _sending;
        }
    }

    private void EndSend()
    {
        lock (_gate)
        {
            _sending = false;
            _sendOver?.TrySetResult();
        }
    }

    /// <summary>Nothing is sent to the driver from now on; ends when what is being sent is over.</summary>
    private Task CloseSendsAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (!_sending)
            {
                return Task.CompletedTask;
            }

            _sendOver ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _sendOver.Task;
        }
    }

    private async Task CloseAsync()
    {
        lock (_gate)
        {
            _returned = true;
            _patience?.Dispose();
        }

        await _watch.DisposeAsync();
        await _callWatch.DisposeAsync();
        await _stop.CancelAsync();
        await CloseSendsAsync();
        await _feeding;
    }
}
