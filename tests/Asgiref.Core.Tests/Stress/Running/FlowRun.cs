using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Asgiref.Core.Tests.Stress.Expecting;
using Asgiref.Core.Tests.Stress.Planning;

namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>What is known of a flow that runs, and what of it was not as expected. Safe for concurrent use.</summary>
internal sealed class FlowRun
{
    private const int MaxMismatches = 5;
    private static long Alive;

    private readonly IReadOnlyList<NodeExpectation> _expected;
    private readonly ConcurrentQueue<string> _mismatches = new();
    private readonly Exception?[] _errors;
    private readonly int[] _stages;
    private readonly TaskCompletionSource _bodiesEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _bodies = 1;

    public FlowRun(StressPlan plan)
    {
        Interlocked.Increment(ref Alive);
        Plan = plan;
        _expected = PlanModel.Of(plan);
        var nodes = plan.Nodes.Count;
        _errors = new Exception?[nodes];
        _stages = new int[nodes];
        Threads = new FlowThreads(nodes);
        Signals = new Signals(nodes);
        Sources = [.. plan.Nodes.Select(node => node.Token == TokenUse.Own ? new CancellationTokenSource() : null)];
    }

    ~FlowRun() => Interlocked.Decrement(ref Alive);

    /// <summary>How many flows are still in memory.</summary>
    public static long AliveCount => Interlocked.Read(ref Alive);

    public StressPlan Plan { get; }

    public FlowThreads Threads { get; }

    public Signals Signals { get; }

    /// <summary>The source of each node that has a token of its own.</summary>
    public IReadOnlyList<CancellationTokenSource?> Sources { get; }

    public bool HasMismatch => !_mismatches.IsEmpty;

    /// <summary>The exception that the node throws, always the same.</summary>
    public Exception FaultOf(PlanNode node) => LazyInitializer.EnsureInitialized(ref _errors[node.Id], () => new StressFault(Plan.Number, node.Id));

    public CancellationToken TokenOf(PlanNode node) => node.Token switch
    {
        TokenUse.Own => Sources[node.Id]!.Token,
        TokenUse.Fired => new CancellationToken(canceled: true),
        _ => CancellationToken.None,
    };

    public void Called(PlanNode node) => Reach(node, NodeStage.Called);

    public void Begin(PlanNode node)
    {
        Interlocked.Increment(ref _bodies);
        if (Reach(node, NodeStage.Begun).HasFlag(NodeStage.Begun))
        {
            Mismatch(node, "runs twice");
        }

        if (!_expected[node.Id].Runs)
        {
            Mismatch(node, "runs, and should not");
        }
    }

    /// <summary>To be called before each step and at the end.</summary>
    public void See(PlanNode node, int step)
    {
        if (_expected[node.Id].Steps[step] is not { } expected)
        {
            Mismatch(node, $"comes to step {step}, and should not");
            return;
        }

        if (!Threads.IsAt(expected.Place))
        {
            Mismatch(node, $"step {step} runs on {FlowThreads.Describe()} instead of {expected.Place}");
        }

        if (AsgiCancellation.Token.IsCancellationRequested != expected.IsCancelled)
        {
            Mismatch(node, $"step {step} sees a token that has {(expected.IsCancelled ? "not " : "")}fired");
        }

        for (var key = 0; key < PlanValues.AsyncLocals; key++)
        {
            See(node, step, $"AsyncLocal {key}", FlowContext.GetAsyncLocal(key), expected.AsyncLocals[key]);
        }

        for (var key = 0; key < PlanValues.Locals && expected.Locals is not null; key++)
        {
            if ((expected.KnownLocals & (1 << key)) != 0)
            {
                See(node, step, $"Local {key}", FlowContext.GetLocal(key), expected.Locals[key]);
            }
        }
    }

    /// <summary>To be called when a body ends.</summary>
    public void End(PlanNode node, Exception? error)
    {
        Reach(node, NodeStage.Ended);
        Compare(node, "the body", _expected[node.Id].Body, error);
        Signals.Parked(node.Id).TrySetResult();
        BodyEnded();
    }

    /// <summary>To be called with what the caller of a node got.</summary>
    public void Answered(PlanNode node, Exception? error)
    {
        Reach(node, NodeStage.Answered);
        Compare(node, "the call", _expected[node.Id].Seen ?? Outcome.Finished, error);
    }

    /// <summary>To be called when a node that had a loop for itself has ended: so has what it left there (A2S-20).</summary>
    public void TasksEndedWith(PlanNode node)
    {
        foreach (var task in node.Steps.Where(step => step.Kind == StepKind.LeaveTask).Select(step => step.Calls[0]))
        {
            if (IsPending(StageOf(task)))
            {
                Mismatch(task, "outlives its loop");
            }
        }
    }

    public void Mismatch(PlanNode node, string what)
    {
        if (_mismatches.Count < MaxMismatches)
        {
            _mismatches.Enqueue($"#{node.Id} {node.Kind}: {what}");
        }
    }

    /// <summary>To be awaited when the root has ended: what was left behind runs on.</summary>
    public async Task BodiesEndedAsync()
    {
        BodyEnded();
        await _bodiesEnded.Task;
        foreach (var node in Plan.Nodes)
        {
            if (_expected[node.Id].Runs != StageOf(node).HasFlag(NodeStage.Begun))
            {
                Mismatch(node, "did not run");
            }
        }
    }

    /// <summary>What happened, with the plan.</summary>
    public string Describe()
    {
        var text = new StringBuilder(Plan.ToString());
        foreach (var mismatch in _mismatches)
        {
            text.Append(CultureInfo.InvariantCulture, $"not as expected: {mismatch}\n");
        }

        foreach (var node in Plan.Nodes.Where(node => IsPending(StageOf(node))))
        {
            text.Append(CultureInfo.InvariantCulture, $"pending: #{node.Id} {node.Kind} is {StageOf(node)}\n");
        }

        return text.ToString();
    }

    private static bool IsPending(NodeStage stage) =>
        (stage & (NodeStage.Called | NodeStage.Answered)) == NodeStage.Called ||
        (stage & (NodeStage.Begun | NodeStage.Ended)) == NodeStage.Begun;

    private NodeStage StageOf(PlanNode node) => (NodeStage)Volatile.Read(ref _stages[node.Id]);

    /// <returns>The stage before.</returns>
    private NodeStage Reach(PlanNode node, NodeStage stage) => (NodeStage)Interlocked.Or(ref _stages[node.Id], (int)stage);

    private void BodyEnded()
    {
        if (Interlocked.Decrement(ref _bodies) == 0)
        {
            _bodiesEnded.SetResult();
        }
    }

    private void See(PlanNode node, int step, string name, FlowValue? seen, int expected)
    {
        if (seen is null ? expected != ModelValue.Unset : seen.Flow != Plan.Number || seen.Value != expected)
        {
            var text = seen is null ? "unset" : $"{ModelValue.Text(seen.Value)}{(seen.Flow == Plan.Number ? "" : $" of flow {seen.Flow}")}";
            Mismatch(node, $"step {step} sees {name} {text} instead of {ModelValue.Text(expected)}");
        }
    }

    private void Compare(PlanNode node, string what, Outcome expected, Exception? error)
    {
        var isAsExpected = expected.Kind switch
        {
            OutcomeKind.Finished => error is null,
            OutcomeKind.Cancelled => error is OperationCanceledException,
            OutcomeKind.Failed => error is not null && error == _errors[expected.Node],
            _ => error is InvalidOperationException && error.Message.Contains("would deadlock", StringComparison.Ordinal) &&
                (Interlocked.CompareExchange(ref _errors[expected.Node], error, null) ?? error) == error,
        };
        if (!isAsExpected)
        {
            Mismatch(node, $"{what} ends with {error?.ToString() ?? "no exception"} instead of {expected}");
        }
    }
}
