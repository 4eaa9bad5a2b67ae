using System.Collections.Concurrent;
using System.Threading.Channels;
using BenchmarkDotNet.Attributes;

namespace Asgiref.Core.Bench;

/// <summary>
/// The runtime's ways to post to a thread and to block until it answers; <see cref="BareLoop"/> takes the cheapest, so
/// that the comparison with it is fair.
/// </summary>
[MemoryDiagnoser]
public class WaitBenchmarks
{
    private static readonly ManualResetEventSlim Event = new();
    private readonly BlockingCollection<ManualResetEventSlim> _collection = [];
    private readonly Channel<TaskCompletionSource> _channel =
        Channel.CreateUnbounded<TaskCompletionSource>(new UnboundedChannelOptions { SingleReader = true });

    private readonly Queue<object> _queue = new();
    private readonly object _answer = new();
    private bool _answered;

    [GlobalSetup]
    public void Setup()
    {
        Start(AnswerCollection);
        Start(AnswerChannel);
        Start(AnswerQueue);
    }

    [Benchmark(Baseline = true)]
    public void BlockingCollectionAndEvent()
    {
        Event.Reset();
        _collection.Add(Event);
        Event.Wait();
    }

    [Benchmark]
    public void ChannelAndTask()
    {
        var answer = new TaskCompletionSource();
        _channel.Writer.TryWrite(answer);
        answer.Task.GetAwaiter().GetResult();
    }

    [Benchmark]
    public void TwoMonitors()
    {
        lock (_queue)
        {
            _queue.Enqueue(_answer);
            Monitor.Pulse(_queue);
        }

        lock (_answer)
        {
            while (!_answered)
            {
                Monitor.Wait(_answer);
            }

            _answered = false;
        }
    }

    private static void Start(ThreadStart answer) => new Thread(answer) { IsBackground = true }.Start();

    private void AnswerCollection()
    {
        foreach (var answer in _collection.GetConsumingEnumerable())
        {
            answer.Set();
        }
    }

    private void AnswerChannel()
    {
        while (_channel.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_channel.Reader.TryRead(out var answer))
            {
                answer.SetResult();
            }
        }
    }

    private void AnswerQueue()
    {
        while (true)
        {
            lock (_queue)
            {
                while (!_queue.TryDequeue(out _))
                {
                    Monitor.Wait(_queue);
                }
            }

            lock (_answer)
            {
                _answered = true;
                Monitor.Pulse(_answer);
            }
        }
    }
}
