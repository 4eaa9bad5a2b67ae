using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Asgiref.Core.Tests.Stress.Planning;

namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>Keeps a number of flows running, each with a plan of its own.</summary>
/// <param name="seed">Makes the plans.</param>
/// <param name="width">Flows at one time.</param>
internal sealed class StressRunner(int seed, int width)
{
    private const int MaxDescribed = 3;

    private readonly ConcurrentDictionary<int, FlowRun> _running = new();
    private readonly ConcurrentQueue<FlowRun> _wrong = new();
    private int _started;

    /// <summary>How many flows there have been.</summary>
    public int Flows => _started;

    /// <summary>
    /// Starts flows, a new one whenever one has ended, until the time is up or one was not as expected; then waits for
    /// the rest.
    /// </summary>
    /// <param name="duration">How long flows are started.</param>
    /// <param name="deadline">How long the last ones may take.</param>
    /// <exception cref="StressFailedException">A flow was not as expected, or did not end.</exception>
    public async Task RunAsync(TimeSpan duration, TimeSpan deadline)
    {
        var begin = Stopwatch.GetTimestamp();
        var lanes = Enumerable.Range(0, width).Select(_ => Task.Run(async () =>
        {
            do
            {
                await RunFlowAsync();
            }
            while (Stopwatch.GetElapsedTime(begin) < duration && _wrong.IsEmpty);
        }));
        var all = Task.WhenAll(lanes);
        try
        {
            await all.WaitAsync(duration + deadline);
        }
        catch (TimeoutException) when (!all.IsCompleted)
        {
            throw new StressFailedException(Describe(
                $"{_running.Count} flows do not end", _wrong.Concat(_running.Values.OrderBy(flow => flow.Plan.Nodes.Count))));
        }

        if (!_wrong.IsEmpty)
        {
            throw new StressFailedException(Describe($"{_wrong.Count} flows were not as expected", _wrong.OrderBy(flow => flow.Plan.Nodes.Count)));
        }
    }

    private async Task RunFlowAsync()
    {
        var number = Interlocked.Increment(ref _started);
        var flow = new FlowRun(StressPlan.Create(seed, number));
        _running[number] = flow;
        await Begin(new FlowInterpreter(flow));
        _running.TryRemove(number, out _);
        if (flow.HasMismatch)
        {
            _wrong.Enqueue(flow);
        }
    }

    /// <summary>Begins a flow in an empty context.</summary>
    private static Task Begin(FlowInterpreter flow)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ThreadPool.UnsafeQueueUserWorkItem(
            static async work =>
            {
                try
                {
                    await work.flow.RunAsync();
                    work.ended.SetResult();
                }
                catch (Exception error)
                {
                    work.ended.SetException(error);
                }
            },
            (flow, ended),
            preferLocal: false);
        return ended.Task;
    }

    private string Describe(string what, IEnumerable<FlowRun> flows)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{what} of {_started}. {StressSettings.Text(seed)} repeats their plans.\n");
        foreach (var flow in flows.Take(MaxDescribed))
        {
            text.Append(flow.Describe()).Append('\n');
        }

        return text.ToString();
    }
}
