using Bridge.Protocol;
using Bridge.Protocol.V1;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using Bridge.Server.Workers.Serving;
using Google.Protobuf;
using Grpc.Core;

namespace Bridge.Server.Callables.Serving;

/// <summary>What a call of <c>CallableService.Serve</c> runs: one call after the other, and the drain behind the last. Safe for concurrent use.</summary>
internal sealed class CallableServeSlot : StreamSlot<CallableServiceServeResponse, CallableServeRun>
{
    private readonly string _name;
    private readonly ServeContext _shared;
    private readonly CallableDirectory _directory;
    private readonly ServeWriter<CallableServiceServeResponse> _writer;
    private readonly ServeEnd _end;
    private readonly CallableServePlace _place;

    public CallableServeSlot(
        string name, ServeContext shared, CallableDirectory directory, ServeWriter<CallableServiceServeResponse> writer, ServeEnd end)
        : base(writer, end)
    {
        _name = name;
        _shared = shared;
        _directory = directory;
        _writer = writer;
        _end = end;
        _place = new CallableServePlace(name, this, directory, shared.Workers);
    }

    /// <summary>The callable, when it is registered.</summary>
    public Callable? Callable { get; private set; }

    protected override StreamPlace Place => _place;

    protected override bool IsRegistered => Callable is not null;

    /// <exception cref="RpcException">The callable may not be served.</exception>
    public void Register(Callable callable)
    {
        if (_place.TryEnter(callable) is { } refusal)
        {
            throw new RpcException(new Status(_directory.IsHosted(callable.Name) ? StatusCode.AlreadyExists : StatusCode.ResourceExhausted, refusal));
        }

        lock (Gate)
        {
            Callable = callable;
            _ = _writer.WriteAsync(new() { Registered = new() { Node = _shared.Node.Id } });
        }

        Open();
    }

    /// <summary>Runs a call that has taken the place.</summary>
    public async ValueTask<CallEnding> RunAsync(RoutedCall call)
    {
        // First of all, so that a drain which comes now finds it on its way and waits for its start.
        if (!TryBegin())
        {
            return GiveUp(CallEnding.Refused(RefusedCode.Draining, $"The call {_name} takes no calls."));
        }

        var message = new CallableServiceServeResponse { Number = ulong.MaxValue, Call = ServedCallOf(call, out var problem) };
        if (problem is not null)
        {
            return GiveUp(CallEnding.Refused(RefusedCode.InvalidHead, problem));
        }

        if (message.CalculateSize() > _shared.Options.MaxMessageBytes)
        {
            _shared.BridgeMetrics.Reached(Limit.MessageBytes);
            return GiveUp(CallEnding.Refused(
                RefusedCode.HeadTooLarge,
                $"The argument makes a message of more than {_shared.Options.MaxMessageBytes} bytes ({GrpcOptions.Section}:{nameof(GrpcOptions.MaxMessageBytes)})."));
        }

        if (!call.TryAccept(quietly: false))
        {
            return GiveUp(CallEnding.Left());
        }

        if (Start(number => StartRun(number, call, message)) is not { } run)
        {
            return CallEnding.Lost($"The worker's call {_name} has ended.");
        }

        run.Start();
        return await run.Ended;
    }

    /// <summary>The function of a call has returned.</summary>
    /// <inheritdoc cref="StreamSlot{TResponse,TRun}.ReturnAsync"/>
    public Task ReturnedAsync() => ReturnAsync();

    /// <summary>The stream has ended: lets go of everything.</summary>
    public void Close()
    {
        if (TakeLast() is { } run)
        {
            run.Lose($"The worker's call {_name} has ended: {_end.Status.Detail}");
            _place.Release(wasStarted: true);
        }
    }

    protected override InvalidMessageException NeverGiven(ulong number) => new("number", $"no call has the number {number}.");

    protected override CallableServiceServeResponse DrainOf(string reason) => new() { Drain = new() { Reason = reason } };

    private static ServedCall? ServedCallOf(RoutedCall call, out string? problem)
    {
        problem = null;
        var target = call.NextTarget();
        try
        {
            var served = new ServedCall { Head = CallHead.Parser.ParseFrom(call.Head.Span), ThreadContext = target.ThreadContext, TimeoutMs = target.TimeoutMs };
            served.Path.AddRange(target.Path);
            return served;
        }
        catch (InvalidProtocolBufferException)
        {
            problem = $"The head of the call of {call.Callable} cannot be read.";
            return null;
        }
    }

    private CallEnding GiveUp(CallEnding ending)
    {
        GiveUp();
        return ending;
    }

    private CallableServeRun StartRun(ulong number, RoutedCall call, CallableServiceServeResponse message)
    {
        message.Number = number;
        var run = new CallableServeRun(number, call, _shared, OnLeft, OnStuck);
        _ = _writer.WriteAsync(message);
        return run;
    }

    private void OnLeft(CallableServeRun run) =>
        _ = _writer.WriteAsync(new() { Number = run.Number, Cancelled = new() { Reason = StatusText.Fit(run.Call.Leaving!.Reason) } });

    private void OnStuck(CallableServeRun run)
    {
        _shared.BridgeMetrics.Reached(Limit.CancellationTime);
        _end.Set(new Status(StatusCode.DeadlineExceeded, $"Call {run.Number} has not been answered within {_shared.Patience} of its cancellation."));
    }
}
