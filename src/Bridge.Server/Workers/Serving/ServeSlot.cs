using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Protocol;
using Bridge.Protocol.Mapping;
using Bridge.Server.Metrics;
using Grpc.Core;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Workers.Serving;

/// <summary>
/// What a call of <c>Serve</c> runs: one instance after the other, its lifespan beside them, and the drain behind the last.
/// Safe for concurrent use.
/// </summary>
internal sealed class ServeSlot
{
    private readonly string _name;
    private readonly ServeContext _shared;
    private readonly ServeWriter<V1.ApplicationServiceServeResponse> _writer;
    private readonly ServeEnd _end;
    private readonly ServeEvents _events;
    private readonly ServePlace _place;
    private readonly Lock _gate = new();
    private ServeLifespan? _lifespan;
    private ServeRun? _run;
    private Task _starting = Task.CompletedTask;
    private Task _finishing = Task.CompletedTask;
    private ulong _lastNumber;
    private string? _drainReason;
    private bool _drainIsSent;
    private bool _isOpen;
    private bool _begins;
    private bool _isFinishing;
    private bool _isClosed;

    public ServeSlot(string name, ServeContext shared, ServeWriter<V1.ApplicationServiceServeResponse> writer, ServeEnd end)
    {
        _name = name;
        _shared = shared;
        _writer = writer;
        _end = end;
        _events = new ServeEvents(writer, shared.Options, shared.BridgeMetrics);
        _place = new ServePlace(name, this, shared.Directory, shared.Workers);
    }

    /// <summary>The application, when it is registered.</summary>
    public string? Application { get; private set; }

    /// <summary>Takes the registration, and begins the lifespan if it asks for one.</summary>
    /// <exception cref="RpcException">The application may not be served.</exception>
    public void Register(V1.ServeRegister register)
    {
        if (_place.TryEnter(register.Application) is { } refusal)
        {
            var isHosted = _shared.Directory.IsHosted(register.Application);
            throw new RpcException(new Status(isHosted ? StatusCode.AlreadyExists : StatusCode.ResourceExhausted, refusal));
        }

        lock (_gate)
        {
            Application = register.Application;
            _ = _writer.WriteAsync(new() { Registered = new() { Node = _shared.Node.Id } });
            if (register.Lifespan)
            {
                _lastNumber = ServeLifespan.Number;
                _lifespan = new ServeLifespan(_shared, _name, register.Application, _writer);
                _starting = StartLifespanAsync(_lifespan);
                return;
            }
        }

        Open();
    }

    /// <summary>The worker takes one instance.</summary>
    /// <returns>False: it has said so before, and nothing has finished since.</returns>
    public bool TryReady() => _place.TryReady();

    /// <summary>The instance of this number, if it is the one that runs.</summary>
    /// <exception cref="InvalidMessageException">The number was never given.</exception>
    public ServeRun? Find(ulong number)
    {
        lock (_gate)
        {
            return number > 0 && number <= _lastNumber
                ? _run?.Number == number ? _run : null
                : throw new InvalidMessageException("instance", $"no instance has the number {number}.");
        }
    }

    /// <summary>The lifespan, if the number is its own and it has not returned.</summary>
    public ServeLifespan? FindLifespan(ulong number) =>
        number == ServeLifespan.Number && _lifespan is { HasReturned: false } lifespan ? lifespan : null;

    /// <summary>Runs an instance that has taken the place.</summary>
    public async Task<PlacedRun> RunAsync(WorkerInstance instance)
    {
        // First of all, so that a drain which comes now finds it on its way and waits for its start.
        if (!TryBegin())
        {
            return Refuse(EndingCause.Draining, $"The call {_name} takes no instances.") with { MayGoElsewhere = true };
        }

        var driver = instance.Driver;
        var scope = ServeScope.For(instance.Scope);
        V1.ServeStart start;
        try
        {
            start = new V1.ServeStart { Scope = ScopeMapping.ToMessage(scope) };
            _events.CheckSize(start);
        }
        catch (InvalidMessageException invalid)
        {
            return Refuse(EndingCause.InvalidScope, invalid.Message);
        }
        catch (TooLargeForWorkerException tooLarge)
        {
            return Refuse(EndingCause.ScopeTooLarge, tooLarge.Message);
        }

        if (driver.Disconnected.IsCancellationRequested || !driver.TryBegin())
        {
            GiveUp();
            return new PlacedRun(InstanceEnding.Left(driver), MayGoElsewhere: false);
        }

        if (Start(instance, scope, start) is not { } run)
        {
            _place.Release(wasStarted: true);
            return new PlacedRun(new InstanceEnding(EndingKind.Lost, default, $"The call {_name} has ended."), MayGoElsewhere: false);
        }

        instance.RunsAt(run);
        return new PlacedRun(await run.Ended, MayGoElsewhere: false);
    }

    /// <summary>The application of an instance has returned.</summary>
    /// <exception cref="OperationCanceledException">The call has ended before the worker has taken what was sent to it.</exception>
    public async Task ReturnAsync(ServeRun run, string? failure)
    {
        await run.ReturnAsync(failure);

        // A worker that does not read gets no further instance, so that nothing piles up for it.
        await _writer.Idle.WaitAsync(_end.Token);
        lock (_gate)
        {
            _run = null;
        }

        _place.Release(wasStarted: true);
        FinishIfDrained();
    }

    /// <summary>No further instance: what runs is finished, then the call ends.</summary>
    public void Drain(string reason)
    {
        lock (_gate)
        {
            if (Application is null)
            {
                _end.Set(new Status(StatusCode.Unavailable, reason));
                return;
            }

            _drainReason ??= reason;
            SendDrain();
        }

        _place.Withdraw();
        FinishIfDrained();
    }

    /// <summary>No message of the worker follows: whether there is an instance that it so leaves unfinished.</summary>
    public bool HasInstanceAtLast()
    {
        _place.Withdraw();
        lock (_gate)
        {
            return _run is not null || _begins;
        }
    }

    /// <summary>The call has ended: lets go of everything.</summary>
    public async Task CloseAsync()
    {
        _place.Withdraw();
        ServeRun? run;
        lock (_gate)
        {
            _isClosed = true;
            run = _run;
            _run = null;
        }

        if (run is not null)
        {
            await run.LoseAsync($"The worker's call {_name} has ended: {_end.Status.Detail}");
            _place.Release(wasStarted: true);
        }

        await _starting;
        await _finishing;
    }

    private async Task StartLifespanAsync(ServeLifespan lifespan)
    {
        try
        {
            if (await lifespan.StartAsync(_end.Token) is { } failure)
            {
                _end.Set(failure);
            }
            else
            {
                Open();
            }
        }
        catch (OperationCanceledException)
        {
            // The call is over.
        }
    }

    private void Open()
    {
        lock (_gate)
        {
            _isOpen = true;
        }

        _place.Open();
        FinishIfDrained();
    }

    /// <summary>Claims the call for an instance that is about to start; a drain waits until it has.</summary>
    private bool TryBegin()
    {
        lock (_gate)
        {
            _begins = _drainReason is null && !_end.IsSet;
            return _begins;
        }
    }

    private void GiveUp()
    {
        lock (_gate)
        {
            _begins = false;
            SendDrain();
        }

        _place.Release(wasStarted: false);
        FinishIfDrained();
    }

    private ServeRun? Start(WorkerInstance instance, AsgiScope scope, V1.ServeStart start)
    {
        lock (_gate)
        {
            _begins = false;
            if (_isClosed)
            {
                return null;
            }

            var number = ++_lastNumber;
            _run = new ServeRun(number, scope, instance, _events, _shared, OnStuck, _end.Token);
            _ = _writer.WriteAsync(new() { Instance = number, Start = start }, hold: true);
            _run.Start();
            SendDrain();
            return _run;
        }
    }

    private PlacedRun Refuse(EndingCause cause, string reason)
    {
        GiveUp();
        return new PlacedRun(new InstanceEnding(EndingKind.Refused, default, reason) { Cause = cause }, MayGoElsewhere: false);
    }

    /// <summary>Sends the drain if there is one, behind a start that comes before it. Under the lock.</summary>
    private void SendDrain()
    {
        if (_drainReason is { } reason && !_drainIsSent && !_begins)
        {
            _drainIsSent = true;
            _ = _writer.WriteAsync(new() { Drain = new() { Reason = reason } });
        }
    }

    private void FinishIfDrained()
    {
        lock (_gate)
        {
            if (_drainIsSent && _isOpen && !_isFinishing && _place.IsEmpty)
            {
                _isFinishing = true;
                _finishing = FinishAsync();
            }
        }
    }

    private async Task FinishAsync()
    {
        try
        {
            await (_lifespan?.StopAsync(_end.Token) ?? Task.CompletedTask);
            _end.Set(Status.DefaultSuccess);
        }
        catch (OperationCanceledException)
        {
            // The call is over.
        }
    }

    private void OnStuck(ServeRun run)
    {
        _shared.BridgeMetrics.Reached(Limit.CancellationTime);
        _end.Set(new Status(StatusCode.DeadlineExceeded, $"Instance {run.Number} has not finished within {_shared.Patience} of its disconnect."));
    }
}
