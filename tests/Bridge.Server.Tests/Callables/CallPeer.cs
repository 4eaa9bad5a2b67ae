using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Tests.Workers;
using Google.Protobuf;

namespace Bridge.Server.Tests.Callables;

/// <summary>A process on a real session that calls and is called, step by step in the hands of the test.</summary>
internal sealed class CallPeer(TestWorker worker, Guid process)
{
    public TestWorker Worker => worker;

    /// <summary>Its id in paths.</summary>
    public Guid Process => process;

    public Task<Exchange> NextCall() => worker.NextExchange();

    public CallPeer Offer(string callable, OfferState state, uint places = 0, CallableKind kind = CallableKind.Async)
    {
        worker.Session.Offer(new Offer { Callable = new Callable { Name = callable, Kind = kind }, State = state, MaxInstances = places });
        return this;
    }

    /// <summary>Makes a call.</summary>
    /// <param name="callable">Of what.</param>
    /// <param name="path">The calls that it comes from; its own step is added.</param>
    /// <param name="argument">Its argument.</param>
    /// <param name="thread">Its thread-sensitive context.</param>
    /// <param name="time">Its time.</param>
    public MadeCall Call(
        string callable = "f", IEnumerable<CallStep>? path = null, string? argument = null, Guid? thread = null, TimeSpan? time = null)
    {
        var target = new CallTarget { Callable = callable, TimeoutMs = (ulong)(time?.TotalMilliseconds ?? 0) };
        target.Path.AddRange(path ?? []);
        target.Path.Add(new CallStep { Call = WireId.ToBytes(Guid.NewGuid()), Peer = WireId.ToBytes(process) });
        if (thread is { } id)
        {
            target.ThreadContext = WireId.ToBytes(id);
        }

        var head = new CallHead();
        if (argument is not null)
        {
            head.Argument = new CallPayload { ContentType = "text/plain", Data = ByteString.CopyFromUtf8(argument) };
        }

        Assert.Equal(OpenStatus.Opened, worker.Session.Open(target, head.ToByteArray(), state: null, out var exchange));
        return new MadeCall(target, exchange!);
    }
}
