using System.Diagnostics.CodeAnalysis;
using Asgiref.Core.Rules;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Hosting;

/// <summary>
/// One application called for one scope: between the application, which may do anything, and the driver, which is
/// promised order and an end.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or wait handle has nothing to dispose, and its token outlives us.")]
internal sealed class InProcessInstance : ILiveInstance<InProcessInstance>
{
    private readonly InProcessApplication _application;
    private readonly IDriver _driver;
    private readonly SendRules _rules;
    private readonly SendSide _sends;
    private readonly ReceiveSide _receives;
    private readonly long _started;
    private readonly CancellationTokenSource _cancellation = new();

    /// <summary>Ends the calls of the driver on the host's behalf.</summary>
    private readonly CancellationTokenSource _hostEnd = new();

    /// <summary>Its continuation runs in place: the application's last step goes on as the front's next one, without a thread hop.</summary>
    private readonly TaskCompletionSource<InstanceEnding> _ended = new();
    private InstancePatience? _patience;
    private TaskCompletionSource? _returned;
    private string? _stopReason;
    private int _settled;

    public InProcessInstance(InProcessApplication application, AsgiScope scope, IDriver driver)
    {
        _application = application;
        Scope = scope;
        _driver = driver;
        _rules = SendRules.For(scope);
        _sends = new SendSide(this, driver, _rules, application.SendAfterDisconnect);
        _receives = new ReceiveSide(this, driver);
        _started = Context.Clock.GetTimestamp();
    }

    public InProcessInstance? Previous { get; set; }

    public InProcessInstance? Next { get; set; }

    public AsgiScope Scope { get; }

    public HostingContext Context => _application.Context;

    /// <summary>Fires when the host ends the calls of the driver; it is not called any more.</summary>
    public CancellationToken HostEnd => _hostEnd.Token;

    /// <summary>The application's <see cref="AsgiCancellation.Token"/>.</summary>
    public CancellationToken Cancelled => _cancellation.Token;

    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>
    /// Whether the client has gone. An application that has received the disconnect event knows it, even where the driver
    /// is about to say so: what it does next is done after the disconnect.
    /// </summary>
    public bool HasLeft => _receives.ClientHasGone || _driver.Disconnected.IsCancellationRequested;

    /// <summary>Runs the application. The ending comes when it has returned, or when the host has given up on it.</summary>
    public Task<InstanceEnding> RunAsync()
    {
        _ = RunApplicationAsync();
        return _ended.Task;
    }

    /// <summary>
    /// Ends the instance on the host's behalf: the application gets a disconnect event, as if the client had gone, and
    /// then the usual patience.
    /// </summary>
    public void Stop(string reason)
    {
        if (Interlocked.CompareExchange(ref _stopReason, reason, null) is null)
        {
            BeginPatience();
            _ = _hostEnd.CancelAsync();
        }
    }

    /// <summary>From now on the instance is waited for only as long as the limits say. Further calls change nothing.</summary>
    public void BeginPatience()
    {
        if (Volatile.Read(ref _patience) is null)
        {
            var patience = new InstancePatience(this, _cancellation, Context);
            if (Interlocked.CompareExchange(ref _patience, patience, null) is null)
            {
                patience.Begin();
            }
        }
    }

    /// <summary>Lets go of the driver although the application still runs. Its place stays taken until it has returned.</summary>
    public async Task DetachAsync()
    {
        await EndCallsAsync().ConfigureAwait(false);
        _returned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (Interlocked.Exchange(ref _settled, 1) == 0)
        {
            Context.CancellationIgnored(Describe());
            _ended.SetResult(EndingAfter(error: null) with { StillRunning = _returned.Task });
        }
    }

    /// <summary>Which instance, for how long, and what it waits for: one line of a stop report (ASK-06).</summary>
    public string Describe()
    {
        var where = _sends.IsTaken ? "in send" : _receives.IsTaken ? "in receive" : "in its own code";
        var age = Context.Clock.GetElapsedTime(_started);
        return $"{_application.Name} ({ScopeText.Of(Scope)}), running for {age.TotalSeconds:F1} s, {where}";
    }

    private async Task RunApplicationAsync()
    {
        InstanceContext.Begin(_cancellation.Token);
        Exception? error = null;
        var watch = _driver.Disconnected.UnsafeRegister(static instance => ((InProcessInstance)instance!).BeginPatience(), this);
        try
        {
            var running = _application.Callable(Scope, _receives.ReceiveAsync, _sends.SendAsync);
            await (running ?? throw new InvalidOperationException("The application returned null instead of a task.")).ConfigureAwait(false);
        }
        catch (Exception raised)
        {
            error = raised;
        }

        // What the application has sent and not awaited still goes out; what it waits to receive nobody wants any more.
        await _sends.CloseAsync().ConfigureAwait(false);
        if (!_receives.CloseAsync().IsCompleted)
        {
            await EndCallsAsync().ConfigureAwait(false);
        }

        // Waits for a disconnect that comes at this very moment: it would begin a patience that nobody ends.
        await watch.DisposeAsync().ConfigureAwait(false);
        Volatile.Read(ref _patience)?.End();
        await EndAsync(error).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends the driver's calls and waits for them. A driver that raises even then is not waited for: the place and the
    /// client must not hang on it.
    /// </summary>
    private async Task EndCallsAsync()
    {
        try
        {
            await _hostEnd.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(_sends.CloseAsync(), _receives.CloseAsync()).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            Context.DriverRaised(error, Describe());
        }
    }

    private async Task EndAsync(Exception? error)
    {
        if (Interlocked.Exchange(ref _settled, 1) == 0)
        {
            var ending = EndingAfter(error);
            _application.Ended(this, ending);
            _ended.SetResult(ending);
        }
        else
        {
            _application.Ended(this, await _ended.Task.ConfigureAwait(false) with { Error = error });
            _returned!.SetResult();
        }
    }

    private InstanceEnding EndingAfter(Exception? error)
    {
        // A complete conversation is not spoilt by a client that leaves, or a host that stops, while the application cleans up.
        var progress = _sends.Delivered;
        if (progress != SendProgress.Complete)
        {
            if (Volatile.Read(ref _stopReason) is { } reason)
            {
                return new InstanceEnding(EndingKind.Lost, progress, reason, error) { Cause = EndingCause.Draining };
            }

            if (HasLeft)
            {
                return InstanceEnding.Left(_driver, progress, error);
            }

            if (error is ClientDisconnectedException)
            {
                return new InstanceEnding(EndingKind.Disconnected, progress, null, error);
            }
        }

        return error is null or ClientDisconnectedException
            ? new InstanceEnding(EndingKind.Finished, progress, _rules.FindOmission())
            : new InstanceEnding(EndingKind.Failed, progress, ErrorText.Of(error), error);
    }
}
