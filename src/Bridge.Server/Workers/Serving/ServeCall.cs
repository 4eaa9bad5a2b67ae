using Bridge.Protocol;
using Bridge.Server.Grpc;
using Grpc.Core;
using Kind = Bridge.Protocol.V1.ApplicationServiceServeRequest.KindOneofCase;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Workers.Serving;

/// <summary>
/// One call of <c>ApplicationService.Serve</c>: a worker that runs one instance at a time; docs/protocol.md is the contract.
/// One loop reads; it waits for the worker, and for the client of the instance that runs.
/// </summary>
internal sealed class ServeCall : IServeCall
{
    private readonly ServeContext _shared;
    private readonly IAsyncStreamReader<V1.ApplicationServiceServeRequest> _requests;
    private readonly ServerCallContext _context;
    private readonly ServeEnd _end = new();
    private readonly ServeWriter<V1.ApplicationServiceServeResponse> _writer;
    private readonly ServeSlot _slot;

    public ServeCall(
        string name,
        ServeContext shared,
        IAsyncStreamReader<V1.ApplicationServiceServeRequest> requests,
        IServerStreamWriter<V1.ApplicationServiceServeResponse> responses,
        ServerCallContext context)
    {
        Name = name;
        _shared = shared;
        _requests = requests;
        _context = context;
        _writer = new ServeWriter<V1.ApplicationServiceServeResponse>(responses, context.GetHttpContext(), OnGone);
        _slot = new ServeSlot(name, shared, _writer, _end);
    }

    public string Name { get; }

    /// <summary>Serves the worker until its call is over. Nothing of it is left then.</summary>
    /// <returns>The status of the call.</returns>
    public async Task<Status> RunAsync()
    {
        var gone = _context.CancellationToken.UnsafeRegister(static call => ((ServeCall)call!).OnGone(), this);
        try
        {
            var register = await ServeRegistration.ReadAsync(_requests, _shared, ServeRegistration.Check, _end.Token);
            _slot.Register(register);
            Log.Began(_shared.Logger, Name, _context.Peer, register.Application);
            while (await _requests.MoveNext(_end.Token))
            {
                await TakeAsync(_requests.Current);
            }

            _end.Set(_slot.RunsAtLast()
                ? new Status(StatusCode.InvalidArgument, "The worker half-closed the stream in the middle of an instance.")
                : Status.DefaultSuccess);
        }
        catch (Exception error)
        {
            _end.Set(ServeFault.StatusOf(error, _end, _shared, Name, nameof(V1.ApplicationServiceServeRequest)));
        }

        await _slot.CloseAsync();
        await _writer.CloseAsync(_shared.Options, _shared.BridgeMetrics, _shared.Clock);
        await gone.DisposeAsync();
        Report();
        return StatusText.Fit(_end.Status.StatusCode, _end.Status.Detail);
    }

    /// <summary>No further instance: what runs is finished, then the call ends. Safe for concurrent use.</summary>
    public void Drain(string reason) => _slot.Drain(reason);

    /// <summary>Ends the call at once; an instance that runs is lost. Safe for concurrent use.</summary>
    public void End(Status status) => _end.Set(status);

    private Task TakeAsync(V1.ApplicationServiceServeRequest message)
    {
        switch (message.KindCase)
        {
            case Kind.Ready or Kind.Drain when message.Instance != 0:
                throw new InvalidMessageException("instance", $"{message.KindCase} belongs to no instance.");
            case Kind.Ready:
                return _slot.TryReady()
                    ? Task.CompletedTask
                    : throw new InvalidMessageException("ready", "it was said before, and no instance has finished since.");
            case Kind.Drain:
                Drain(message.Drain.Reason.Length == 0 ? "The worker drains." : StatusText.Fit(message.Drain.Reason));
                return Task.CompletedTask;
            case Kind.Event:
                return TakeEventAsync(message);
            case Kind.Finished:
                return TakeReturnAsync(message.Instance, null);
            case Kind.Failed:
                return TakeReturnAsync(message.Instance, StatusText.Fit(message.Failed.Message));
            case Kind.Register:
                throw new InvalidMessageException("register", "a second one.");
            default:
                throw new InvalidMessageException("kind", "the message has no kind.");
        }
    }

    private async Task TakeEventAsync(V1.ApplicationServiceServeRequest message)
    {
        if (_slot.Find(message.Instance) is { } run)
        {
            if (await run.TryTakeAsync(message.Event))
            {
                return;
            }
        }
        else if (_slot.FindLifespan(message.Instance) is { } lifespan)
        {
            lifespan.Take(message.Event);
            return;
        }

        OnLate(message.Instance);
    }

    private async Task TakeReturnAsync(ulong number, string? failure)
    {
        if (_slot.Find(number) is { } run)
        {
            await _slot.ReturnAsync(run, failure);
        }
        else if (_slot.FindLifespan(number) is { } lifespan)
        {
            lifespan.Return(failure);
        }
        else
        {
            OnLate(number);
        }
    }

    private void OnLate(ulong number)
    {
        _shared.Metrics.CameLate();
        Log.Late(_shared.Logger, Name, number);
    }

    private void OnGone() => _end.Set(new Status(StatusCode.Cancelled, "The worker has left the call."));

    private void Report()
    {
        var (code, detail) = (_end.Status.StatusCode, StatusText.Fit(_end.Status.Detail));
        if (_slot.Application is not { } application)
        {
            Log.Refused(_shared.Logger, _context.Peer, code, detail);
        }
        else if (code is StatusCode.OK or StatusCode.Cancelled)
        {
            Log.Ended(_shared.Logger, Name, application, code, detail);
        }
        else
        {
            Log.SentAway(_shared.Logger, Name, application, code, detail);
        }
    }
}
