using Asgiref.Core.Sync;
using Asgiref.Core.Tests.Stress.Planning;

namespace Asgiref.Core.Tests.Stress.Running;

internal sealed partial class FlowInterpreter
{
    private async AsgiTask RunAsync(PlanNode node)
    {
        Exception? error = null;
        _run.Begin(node);
        try
        {
            for (var i = 0; i < node.Steps.Count; i++)
            {
                _run.See(node, i);
                switch (node.Steps[i].Kind)
                {
                    // In this very method, because an awaited one would come back.
                    case StepKind.LeaveLoop:
                        await default(PoolHop);
                        break;
                    case StepKind.Yield:
                        await Task.Yield();
                        break;
                    default:
                        await DoAsync(node, i);
                        break;
                }
            }

            _run.See(node, node.Steps.Count);
        }
        catch (Exception caught)
        {
            error = caught;
            throw;
        }
        finally
        {
            _run.End(node, error);
        }
    }

    private async AsgiTask<int> RunForResultAsync(PlanNode node)
    {
        await RunAsync(node);
        return node.Id;
    }

    /// <summary>An async Task method shows its changes to AsyncToSync because it waits.</summary>
    private async Task<int> YieldAndRunAsync(PlanNode node)
    {
        await Task.Yield();
        await RunAsync(node);
        return node.Id;
    }

    private async AsgiTask DoAsync(PlanNode node, int index)
    {
        var step = node.Steps[index];
        switch (step.Kind)
        {
            case StepKind.BlockLoop:
                BlockLoop(node);
                break;
            case StepKind.ParkUntilCancelled:
                _run.Signals.Parked(node.Id).TrySetResult();
                await Task.Delay(Timeout.Infinite, AsgiCancellation.Token);
                break;
            case StepKind.Call:
                await CallAsync(step.Calls[0], step, null);
                break;
            case StepKind.ShareContext:
                var context = CallContext.Capture();
                foreach (var call in step.Calls)
                {
                    await CallAsync(call, step, context);
                }

                break;
            case StepKind.LeaveTask:
                _ = AsgiTask.Create(() => RunAsync(step.Calls[0]).AsTask());
                await _run.Signals.Parked(step.Calls[0].Id).Task;
                break;
            case StepKind.CreateAll:
                await CreateAllAsync(node, index);
                break;
            case StepKind.StartAll or StepKind.StartAllAwaitBackwards:
                await StartAllAsync(step);
                break;
            case StepKind.CancelParked:
                await CancelParkedAsync(step);
                break;
            case StepKind.CancelQueued:
                await CancelQueuedAsync(step);
                break;
            default:
                Act(node, index);
                break;
        }
    }

    private async AsgiTask CallAsync(PlanNode node, PlanStep step, CallContext? context)
    {
        Exception? error = null;
        _run.Called(node);
        try
        {
            await CallAsync(node, context);
        }
        catch (Exception caught)
        {
            error = caught;
        }

        _run.Answered(node, error);
        Pass(step, error);
    }

    private async AsgiTask CallAsync(PlanNode node, CallContext? context)
    {
        switch (node.Kind)
        {
            case CallKind.AwaitedAsgiTask:
                await RunAsync(node);
                break;
            case CallKind.AwaitedTask:
                await RunAsTaskAsync(node);
                break;
            case CallKind.Shielded:
                await AsgiCancellation.Shield(() => RunAsTaskAsync(node));
                break;
            case CallKind.CreatedTask:
                await AsgiTask.Create(() => RunAsync(node).AsTask());
                break;
            case CallKind.SensitiveScope:
                await using (ThreadSensitiveContext.Enter())
                {
                    try
                    {
                        await RunAsync(node);
                    }
                    finally
                    {
                        _run.Threads.LeaveContext(node.Id);
                    }
                }

                break;
            default:
                await SyncToAsyncCall(node, context);
                break;
        }
    }

    private async Task RunAsTaskAsync(PlanNode node) => await RunAsync(node);

    private void BlockLoop(PlanNode node)
    {
        if (EventLoop.Current is null)
        {
            return;
        }

        try
        {
            AsyncToSync.Run(() => Task.CompletedTask);
            _run.Mismatch(node, "may block its loop");
        }
        catch (InvalidOperationException)
        {
            // As it must be (A2S-09).
        }
    }
}
