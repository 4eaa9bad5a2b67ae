using System.Buffers.Binary;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>One exchange of a <see cref="ModelRun"/>: what both sides do with it, and what must come of it.</summary>
internal sealed class ModelExchange
{
    private readonly Random _random;
    private readonly List<ModelMessage> _toAcceptor;
    private readonly List<ModelMessage> _toOpener;
    private readonly byte[] _head;
    private readonly ModelFate _fate;
    private readonly bool _isCall;
    private int _sentByOpener;

    public ModelExchange(int key, Random random, ModelFate fate, int headBytes, int largest, bool isCall)
    {
        _random = new Random(random.Next());
        _fate = fate;
        _isCall = isCall;
        _toAcceptor = isCall ? [] : ModelMessage.Random(_random, _random.Next(6), largest);
        _toOpener = ModelMessage.Random(_random, _random.Next(6), largest, eventsOnly: isCall);
        _head = new byte[_random.Next(4, isCall ? largest : headBytes)];
        _random.NextBytes(_head);
        BinaryPrimitives.WriteInt32LittleEndian(_head, key);
    }

    /// <summary>Lets the acceptor of a stuck exchange begin to receive.</summary>
    public TaskCompletionSource Unstick { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether its receiver takes nothing until it is told to.</summary>
    public bool IsStuck => _fate == ModelFate.Stuck;

    public static int KeyOf(Exchange exchange) => BinaryPrimitives.ReadInt32LittleEndian(exchange.Head.Span);

    /// <summary>Plays the opener to the end.</summary>
    public async Task Open(Session session)
    {
        var random = new Random(_random.Next());
        ExchangeTarget target = _isCall ? Frames.Call() : Frames.Target(random.Next(2) == 0 ? ConversationKind.Http : ConversationKind.Websocket);
        Exchange? exchange;
        OpenStatus status;
        while ((status = session.Open(target, _head, this, out exchange)) == OpenStatus.Full)
        {
            await Task.Yield();
        }

        if (status != OpenStatus.Opened)
        {
            Assert.Contains(status, new[] { OpenStatus.Ended, OpenStatus.Draining });
            return;
        }

        var sending = Send(exchange!, _toAcceptor, new Random(random.Next()), () => _sentByOpener++);
        var reading = new ModelReader(_toOpener);
        await Receive(exchange!, reading, random, _fate == ModelFate.ResetByOpener ? random.Next(5) : -1);
        var sentAll = await sending;
        var ending = exchange!.Ending!;
        // An opener that breaks off what has just ended lets go what it has not received.
        if (ending.Kind == ExchangeEndingKind.Ended && _fate != ModelFate.ResetByOpener)
        {
            Assert.True(sentAll && reading.IsComplete, $"{ending}: all sent {sentAll}, all received {reading.IsComplete}.");
        }

        if (ending.MayGoElsewhere)
        {
            var retained = new ModelReader([.. _toAcceptor.Take(_sentByOpener)]);
            foreach (var payload in exchange.TakeRetained())
            {
                var kind = payload.Kind == PayloadKind.Event ? ReceivedKind.Event : ReceivedKind.Body;
                retained.Check(new Received(kind, payload.Data, payload.More, 0, 0));
            }

            Assert.True(retained.IsComplete, "What was sent through a refused exchange was not kept whole.");
        }
    }

    /// <summary>Plays the acceptor to the end.</summary>
    public async Task Accept(Exchange exchange)
    {
        var random = new Random(_random.Next());
        Assert.Equal(_isCall, exchange.Target.Call is not null);
        Assert.True(exchange.Head.Span.SequenceEqual(_head), "Another head came than was sent.");
        await Yield(random, 5);
        if (_fate == ModelFate.Refused)
        {
            exchange.Refuse(RefusedCode.NotFound, "Refused by fate.");
            return;
        }

        if (!(_isCall && random.Next(2) == 0 ? exchange.AcceptQuietly() : exchange.Accept()))
        {
            return;
        }

        if (_isCall && _toOpener.Count > 0 && _fate == ModelFate.Finished)
        {
            await Send(exchange, _toOpener[..^1], new Random(random.Next()), static () => { });
            exchange.EndWith(_toOpener[^1].Data, EndedKind.Finished);
            return;
        }

        var sending = Send(exchange, _toOpener, new Random(random.Next()), static () => { });
        if (IsStuck)
        {
            await Unstick.Task;
        }

        var reading = new ModelReader(_toAcceptor);
        await Receive(exchange, reading, random, _fate == ModelFate.ResetByAcceptor ? random.Next(5) : -1, stopWhenComplete: true);
        await sending;
        exchange.End(EndedKind.Finished);
    }

    private static async Task<bool> Send(Exchange exchange, List<ModelMessage> messages, Random random, Action sent)
    {
        foreach (var message in messages)
        {
            await Yield(random, 3);
            try
            {
                if (random.Next(2) == 0)
                {
                    await exchange.SendOwnedAsync(message.Kind, message.Data, message.More);
                }
                else
                {
                    var buffer = message.Data.ToArray();
                    await exchange.SendAsync(message.Kind, buffer, message.More);
                    Array.Clear(buffer);
                }
            }
            catch (ExchangeEndedException)
            {
                return false;
            }

            sent();
        }

        return true;
    }

    private static async Task Receive(Exchange exchange, ModelReader reading, Random random, int resetAfter, bool stopWhenComplete = false)
    {
        var taking = new List<Task>();
        while (!(stopWhenComplete && reading.IsComplete))
        {
            if (resetAfter-- == 0)
            {
                exchange.Reset(ResetCode.Gone, "Reset by fate.");
            }

            await Yield(random, 3);
            var received = await exchange.ReceiveAsync();
            if (received.Kind == ReceivedKind.End)
            {
                break;
            }

            reading.Check(received);
            taking.Add(TakeLater(exchange, received, random.Next(5)));
        }

        await Task.WhenAll(taking);
    }

    private static async Task TakeLater(Exchange exchange, Received received, int turns)
    {
        for (; turns > 0; turns--)
        {
            await Task.Yield();
        }

        exchange.Taken(received);
    }

    private static async Task Yield(Random random, int turns)
    {
        for (turns = random.Next(turns); turns > 0; turns--)
        {
            await Task.Yield();
        }
    }
}
