using Bridge.Protocol;
using Bridge.Protocol.V1;
using Bridge.Server.Grpc;
using Bridge.Server.Metrics;
using Bridge.Server.Workers.Serving;
using Google.Protobuf;
using Grpc.Core;

namespace Bridge.Server.Callables.Serving;

/// <summary>What a call of <c>CallableService.Serve</c> runs: one call after the other, and the drain behind the last. Safe for concurrent use.</summary>
internal sealed class CallableServeSlot
{
    private readonly string _name;
    private readonly ServeContext _shared;
    private readonly CallableDirectory _directory;
    private readonly ServeWriter<CallableServiceServeResponse> _writer;
    private readonly ServeEnd _end;
    private readonly CallableServePlace _place;
    private readonly Lock _gate = new();
    private CallableServeRun? _run;
    private ulong _lastNumber;
    private string? _drainReason;
    private bool _drainIsSent;
    private bool _begins;
    private bool _isClosed;

    public CallableServeSlot(
        string name, ServeContext shared, CallableDirectory directory, ServeWriter<CallableServiceServeResponse> writer, ServeEnd end)
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

    /// <exception cref="RpcException">The callable may not be served.</exception>
    public void Register(Callable callable)
    {
        if (_place.TryEnter(callable) is { } refusal)
        {
            throw new RpcException(new Status(_directory.IsHosted(callable.Name) ? StatusCode.AlreadyExists : StatusCode.ResourceExhausted, refusal));
        }

        lock (_gate)
        {
            Callable = callable;
            _ = _writer.WriteAsync(new() { Registered = new() { Node = _shared.Node.Id } });
        }

        _place.Open();
    }

    /// <summary>The worker takes one call.</summary>
    /// <returns>False: it has said so before, and nothing has ended since.</returns>
    public bool TryReady() => _place.TryReady();

    /// <summary>The call of this number, if it is the one that runs.</summary>
    /// <exception cref="InvalidMessageException">The number was never given.</exception>
    public CallableServeRun? Find(ulong number)
    {
        lock (_gate)
        {
            return number > 0 && number <= _lastNumber
                ? _run?.Number == number ? _run : null
                : throw new InvalidMessageException("number", $"no call has the number {number}.");
        }
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

        if (Start(call, message) is not { } run)
        {
            _place.Release(wasStarted: true);
            return CallEnding.Lost($"The worker's call {_name} has ended.");
        }

        run.Start();
        return await run.Ended;
    }

    /// <summary>The function of a call has returned.</summary>
    /// <exception cref="OperationCanceledException">The stream has ended before the worker has taken what was sent to it.</exception>
    public async Task ReturnAsync()
    {
        // A worker that does not read gets no further call, so that nothing piles up for it.
        await _writer.Idle.WaitAsync(_end.Token);
        lock (_gate)
        {
            _run = null;
        }

        _place.Release(wasStarted: true);
        FinishIfDrained();
    }

    /// <summary>No further call: what runs is finished, then the stream ends.</summary>
    public void Drain(string reason)
    {
        lock (_gate)
        {
            if (Callable is null)
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

    /// <summary>No message of the worker follows: whether there is a call that it so leaves unanswered.</summary>
    public bool HasCallAtLast()
    {
        _place.Withdraw();
        lock (_gate)
        {
            return _run is not null || _begins;
        }
    }

    /// <summary>The stream has ended: lets go of everything.</summary>
    public void Close()
    {
        _place.Withdraw();
        CallableServeRun? run;
        lock (_gate)
        {
            _isClosed = true;
            run = _run;
            _run = null;
        }

        if (run is not null)
        {
            run.Lose($"The worker's call {_name} has ended: {_end.Status.Detail}");
            _place.Release(wasStarted: true);
        }
    }

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

    private bool TryBegin()
    {
        lock (_gate)
        {
            _begins = _drainReason is null && !_end.IsSet;
            return _begins;
        }
    }

    private CallEnding GiveUp(CallEnding ending)
    {
        lock (_gate)
        {
            _begins = false;
            SendDrain();
        }

        _place.Release(wasStarted: false);
        FinishIfDrained();
        return ending;
    }

    private CallableServeRun? Start(RoutedCall call, CallableServiceServeResponse message)
    {
        lock (_gate)
        {
            _begins = false;
            if (_isClosed)
            {
                return null;
            }

            message.Number = ++_lastNumber;
            _run = new CallableServeRun(message.Number, call, _shared, OnLeft, OnStuck);
            _ = _writer.WriteAsync(message);
            SendDrain();
            return _run;
        }
    }

    private void OnLeft(CallableServeRun run) =>
        _ = _writer.WriteAsync(new() { Number = run.Number, Cancelled = new() { Reason = StatusText.Fit(run.Call.LeftReason) } });

    private void OnStuck(CallableServeRun run)
    {
        _shared.BridgeMetrics.Reached(Limit.CancellationTime);
        _end.Set(new Status(StatusCode.DeadlineExceeded, $"Call {run.Number} has not been answered within {_shared.Patience} of its cancellation."));
    }

    /// <summary>Sends the drain if there is one, behind a call that comes before it. Under the lock.</summary>
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
            if (_drainIsSent && _place.IsEmpty)
            {
                _end.Set(Status.DefaultSuccess);
            }
        }
    }
}
