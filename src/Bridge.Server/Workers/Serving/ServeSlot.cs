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
internal sealed class ServeSlot : StreamSlot<V1.ApplicationServiceServeResponse, ServeRun>
{
    private readonly string _name;
    private readonly ServeContext _shared;
    private readonly ServeWriter<V1.ApplicationServiceServeResponse> _writer;
    private readonly ServeEnd _end;
    private readonly ServeEvents _events;
    private readonly ServePlace _place;
    private ServeLifespan? _lifespan;
    private Task _starting = Task.CompletedTask;

    public ServeSlot(string name, ServeContext shared, ServeWriter<V1.ApplicationServiceServeResponse> writer, ServeEnd end)
        : base(writer, end)
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

    protected override StreamPlace Place => _place;

    protected override bool IsRegistered => Application is not null;

    /// <summary>Takes the registration, and begins the lifespan if it asks for one.</summary>
    /// <exception cref="RpcException">The application may not be served.</exception>
    public void Register(V1.ServeRegister register)
    {
        if (_place.TryEnter(register.Application) is { } refusal)
        {
            var isHosted = _shared.Directory.IsHosted(register.Application);
            throw new RpcException(new Status(isHosted ? StatusCode.AlreadyExists : StatusCode.ResourceExhausted, refusal));
        }

        lock (Gate)
        {
            Application = register.Application;
            _ = _writer.WriteAsync(new() { Registered = new() { Node = _shared.Node.Id } });
            if (register.Lifespan)
            {
                LastNumber = ServeLifespan.Number;
                _lifespan = new ServeLifespan(_shared, _name, register.Application, _writer);
                _starting = StartLifespanAsync(_lifespan);
                return;
            }
        }

        Open();
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

        if (Start(number => StartRun(number, instance, scope, start)) is not { } run)
        {
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
        await ReturnAsync();
    }

    /// <summary>The call has ended: lets go of everything.</summary>
    public async Task CloseAsync()
    {
        if (TakeLast() is { } run)
        {
            await run.LoseAsync($"The worker's call {_name} has ended: {_end.Status.Detail}");
            _place.Release(wasStarted: true);
        }

        await _starting;
        await Finishing;
    }

    protected override InvalidMessageException NeverGiven(ulong number) => new("instance", $"no instance has the number {number}.");

    protected override V1.ApplicationServiceServeResponse DrainOf(string reason) => new() { Drain = new() { Reason = reason } };

    protected override Task BeforeEndAsync() => _lifespan?.StopAsync(_end.Token) ?? Task.CompletedTask;

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

    private ServeRun StartRun(ulong number, WorkerInstance instance, AsgiScope scope, V1.ServeStart start)
    {
        var run = new ServeRun(number, scope, instance, _events, _shared, OnStuck, _end.Token);
        _ = _writer.WriteAsync(new() { Instance = number, Start = start }, hold: true);
        run.Start();
        return run;
    }

    private PlacedRun Refuse(EndingCause cause, string reason)
    {
        GiveUp();
        return new PlacedRun(new InstanceEnding(EndingKind.Refused, default, reason) { Cause = cause }, MayGoElsewhere: false);
    }

    private void OnStuck(ServeRun run)
    {
        _shared.BridgeMetrics.Reached(Limit.CancellationTime);
        _end.Set(new Status(StatusCode.DeadlineExceeded, $"Instance {run.Number} has not finished within {_shared.Patience} of its disconnect."));
    }
}
