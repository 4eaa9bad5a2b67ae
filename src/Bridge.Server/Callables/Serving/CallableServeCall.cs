using Bridge.Protocol;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Grpc;
using Bridge.Server.Workers.Serving;
using Grpc.Core;
using Kind = Bridge.Protocol.V1.CallableServiceServeRequest.KindOneofCase;

namespace Bridge.Server.Callables.Serving;

/// <summary>
/// One call of <c>CallableService.Serve</c>: a worker that runs one call at a time; docs/protocol.md is the contract. One loop
/// reads; it waits for the worker, and for the caller of the call that runs.
/// </summary>
internal sealed class CallableServeCall : IServeCall
{
    private readonly string _name;
    private readonly ServeContext _shared;
    private readonly IAsyncStreamReader<CallableServiceServeRequest> _requests;
    private readonly ServerCallContext _context;
    private readonly ServeEnd _end = new();
    private readonly ServeWriter<CallableServiceServeResponse> _writer;
    private readonly CallableServeSlot _slot;

    public CallableServeCall(
        string name,
        ServeContext shared,
        CallableDirectory directory,
        IAsyncStreamReader<CallableServiceServeRequest> requests,
        IServerStreamWriter<CallableServiceServeResponse> responses,
        ServerCallContext context)
    {
        _name = name;
        _shared = shared;
        _requests = requests;
        _context = context;
        _writer = new ServeWriter<CallableServiceServeResponse>(responses, context.GetHttpContext(), OnGone);
        _slot = new CallableServeSlot(name, shared, directory, _writer, _end);
    }

    public async Task<Status> RunAsync()
    {
        var gone = _context.CancellationToken.UnsafeRegister(static call => ((CallableServeCall)call!).OnGone(), this);
        try
        {
            var register = await ServeRegistration.ReadAsync(_requests, _shared, Check, _end.Token);
            _slot.Register(register);
            Log.Began(_shared.Logger, _name, _context.Peer, register.Name);
            while (await _requests.MoveNext(_end.Token))
            {
                await TakeAsync(_requests.Current);
            }

            _end.Set(_slot.RunsAtLast()
                ? new Status(StatusCode.InvalidArgument, "The worker half-closed the stream in the middle of a call.")
                : Status.DefaultSuccess);
        }
        catch (Exception error)
        {
            _end.Set(ServeFault.StatusOf(error, _end, _shared, _name, nameof(CallableServiceServeRequest)));
        }

        _slot.Close();
        await _writer.CloseAsync(_shared.Options, _shared.BridgeMetrics, _shared.Clock);
        await gone.DisposeAsync();
        Report();
        return StatusText.Fit(_end.Status.StatusCode, _end.Status.Detail);
    }

    public void Drain(string reason) => _slot.Drain(reason);

    public void End(Status status) => _end.Set(status);

    private static Callable Check(CallableServiceServeRequest message)
    {
        if (message.KindCase != Kind.Register)
        {
            throw new InvalidMessageException("register", "the first message is not the registration.");
        }

        if (message.Number != 0)
        {
            throw new InvalidMessageException("number", "Register belongs to no call.");
        }

        var callable = message.Register;
        if (!HelloRules.IsName(callable.Name))
        {
            throw new InvalidMessageException("register.name", $"the name has {callable.Name.Length} characters; {HelloRules.NameRule}.");
        }

        return CallRules.ProblemOf(callable) is { } problem ? throw new InvalidMessageException("register", problem) : callable;
    }

    private Task TakeAsync(CallableServiceServeRequest message)
    {
        switch (message.KindCase)
        {
            case Kind.Ready or Kind.Drain when message.Number != 0:
                throw new InvalidMessageException("number", $"{message.KindCase} belongs to no call.");
            case Kind.Ready:
                return _slot.TryReady()
                    ? Task.CompletedTask
                    : throw new InvalidMessageException("ready", "it was said before, and no call has ended since.");
            case Kind.Drain:
                Drain(message.Drain.Reason.Length == 0 ? "The worker drains." : StatusText.Fit(message.Drain.Reason));
                return Task.CompletedTask;
            case Kind.Event:
                return TakeEventAsync(message.Number, message.Event);
            case Kind.Register:
                throw new InvalidMessageException("register", "a second one.");
            default:
                throw new InvalidMessageException("kind", "the message has no kind.");
        }
    }

    private async Task TakeEventAsync(ulong number, CallEvent callEvent)
    {
        var run = _slot.Find(number);
        switch (callEvent.KindCase)
        {
            case CallEvent.KindOneofCase.None:
                throw new InvalidMessageException("event.kind", "the event has no kind.");
            case CallEvent.KindOneofCase.Item when _slot.Callable!.Kind != CallableKind.Stream:
                throw new InvalidMessageException("event.item", "the callable is no stream.");
        }

        if (run is null)
        {
            _shared.Metrics.CameLate();
            Log.Late(_shared.Logger, _name, number);
        }
        else if (await run.TakeAsync(callEvent))
        {
            await _slot.ReturnedAsync();
        }
    }

    private void OnGone() => _end.Set(new Status(StatusCode.Cancelled, "The worker has left the call."));

    private void Report()
    {
        var (code, detail) = (_end.Status.StatusCode, StatusText.Fit(_end.Status.Detail));
        if (_slot.Callable is not { } callable)
        {
            Workers.Serving.Log.Refused(_shared.Logger, _context.Peer, code, detail);
        }
        else if (code is StatusCode.OK or StatusCode.Cancelled)
        {
            Log.Ended(_shared.Logger, _name, callable.Name, code, detail);
        }
        else
        {
            Log.SentAway(_shared.Logger, _name, callable.Name, code, detail);
        }
    }
}
