using System.Runtime.ExceptionServices;
using Asgiref.Core.Sync;
using Asgiref.Core.Tests.Stress.Expecting;
using Asgiref.Core.Tests.Stress.Planning;

namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>Runs a plan against the library, and has every step compared with the model.</summary>
/// <param name="run">The flow.</param>
internal sealed partial class FlowInterpreter(FlowRun run)
{
    private readonly FlowRun _run = run;

    /// <summary>Runs the flow to its end, with what it leaves behind.</summary>
    public async Task RunAsync()
    {
        var root = _run.Plan.Root;
        Exception? error = null;
        _run.Called(root);
        try
        {
            await RunRootAsync(root);
        }
        catch (Exception caught)
        {
            error = caught;
        }

        _run.Answered(root, error);
        await _run.BodiesEndedAsync();
    }

    private async Task RunRootAsync(PlanNode root)
    {
        switch (root.Kind)
        {
            case CallKind.PoolRoot:
                await AsgiTask.Create(() => RunAsync(root).AsTask());
                break;
            case CallKind.ThreadRoot:
                await OwnThread(root);
                break;
            default:
                var options = root.Kind == CallKind.OwnExecutorLoopRoot
                    ? new EventLoopOptions { DefaultExecutor = OwnExecutor.Instance }
                    : EventLoopOptions.Default;
                await using (var loop = EventLoop.Start(options))
                {
                    await loop.RunAsync(() => RunAsync(root).AsTask());
                }

                break;
        }
    }

    /// <summary>Starts a thread by hand.</summary>
    /// <returns>Ends as the body does.</returns>
    private Task OwnThread(PlanNode node)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            _run.Threads.Started(node.Id);
            try
            {
                Run(node);
                ended.SetResult();
            }
            catch (Exception error)
            {
                ended.SetException(error);
            }
        })
        { IsBackground = true, Name = "stress thread" }.Start();
        return ended.Task;
    }

    /// <summary>What synchronous and asynchronous bodies do in the same way.</summary>
    private void Act(PlanNode node, int index)
    {
        var step = node.Steps[index];
        switch (step.Kind)
        {
            case StepKind.SetLocal:
                FlowContext.SetLocal(step.Argument, Value(node, index));
                break;
            case StepKind.RemoveLocal:
                FlowContext.RemoveLocal(step.Argument);
                break;
            case StepKind.SetAsyncLocal:
                FlowContext.SetAsyncLocal(step.Argument, Value(node, index));
                break;
            case StepKind.ClearAsyncLocal:
                FlowContext.SetAsyncLocal(step.Argument, null);
                break;
            case StepKind.Observe:
                AsgiCancellation.Token.ThrowIfCancellationRequested();
                break;
            case StepKind.Throw:
                throw _run.FaultOf(node);
            case StepKind.Cancel:
                _run.Sources[step.Argument]!.Cancel();
                break;
            default:
                throw new InvalidOperationException($"#{node.Id} can't do {step.Kind}.");
        }
    }

    private FlowValue Value(PlanNode node, int step) => new(_run.Plan.Number, ModelValue.Of(node.Id, step));

    private void Result(PlanNode node, int result)
    {
        if (result != node.Id)
        {
            _run.Mismatch(node, $"the call returns {result}");
        }
    }

    /// <summary>Throws the first error that there is, as the same object, unless the step catches.</summary>
    private static void Pass(PlanStep step, params Exception?[] errors)
    {
        if (!step.Catches && errors.FirstOrDefault(error => error is not null) is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }
}
