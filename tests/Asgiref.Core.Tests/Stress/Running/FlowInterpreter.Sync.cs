using Asgiref.Core.Sync;
using Asgiref.Core.Tests.Stress.Planning;

namespace Asgiref.Core.Tests.Stress.Running;

internal sealed partial class FlowInterpreter
{
    private static readonly AsyncToSyncOptions NewLoop = new() { ForceNewLoop = true };

    private void Run(PlanNode node)
    {
        Exception? error = null;
        _run.Begin(node);
        try
        {
            for (var i = 0; i < node.Steps.Count; i++)
            {
                _run.See(node, i);
                Do(node, i);
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

    private int RunForResult(PlanNode node)
    {
        Run(node);
        return node.Id;
    }

    private void Do(PlanNode node, int index)
    {
        var step = node.Steps[index];
        switch (step.Kind)
        {
            case StepKind.ParkUntilCancelled or StepKind.ParkUntilReleased:
                _run.Signals.Parked(node.Id).TrySetResult();
                Block(_run.Signals.Released(node.Id).Task);
                break;
            case StepKind.Call:
                Call(step.Calls[0], step, CallSync);
                break;
            case StepKind.ShareContext:
                var context = CallContext.Capture();
                foreach (var call in step.Calls)
                {
                    Call(call, step, inner => context.Run(() => Run(inner)));
                }

                break;
            default:
                Act(node, index);
                break;
        }
    }

    private void Call(PlanNode node, PlanStep step, Action<PlanNode> how)
    {
        Exception? error = null;
        _run.Called(node);
        try
        {
            how(node);
        }
        catch (Exception caught)
        {
            error = caught;
        }

        _run.Answered(node, error);
        Pass(step, error);
    }

    private void CallSync(PlanNode node)
    {
        switch (node.Kind)
        {
            case CallKind.BlockingCall or CallKind.NewLoopCall:
                _run.Threads.WillBlock(node.Id);
                try
                {
                    AsyncToSyncCall(node, node.Kind == CallKind.NewLoopCall ? NewLoop : null);
                }
                finally
                {
                    _run.TasksEndedWith(node);
                }

                break;
            case CallKind.SingleThreadScope:
                using (AsyncSingleThreadContext.Enter())
                {
                    Run(node);
                }

                break;
            case CallKind.PlainThread:
                Block(OwnThread(node));
                break;
            case CallKind.HandMadeLoop:
                var loop = EventLoop.Start();
                try
                {
                    Block(loop.RunAsync(() => RunAsync(node).AsTask()));
                }
                finally
                {
                    Block(loop.DisposeAsync().AsTask());
                }

                break;
            default:
                throw new InvalidOperationException($"#{node.Id} {node.Kind} is called from synchronous code.");
        }
    }

    private void AsyncToSyncCall(PlanNode node, AsyncToSyncOptions? options)
    {
        var token = _run.TokenOf(node);
        switch (node.Form)
        {
            case 0:
                AsyncToSync.Run(() => RunAsync(node), options, token);
                break;
            case 1:
                Result(node, AsyncToSync.Run(() => RunForResultAsync(node), options, token));
                break;
            case 2:
                Result(node, AsyncToSync.Run(async ValueTask<int> () =>
                {
                    await Task.Yield();
                    return await RunForResultAsync(node);
                }, options, token));
                break;
            default:
                Result(node, AsyncToSync.Wrap(() => YieldAndRunAsync(node), options).Invoke(token));
                break;
        }
    }

    /// <summary>Waits as code does that knows nothing of the library: the thread does nothing else meanwhile.</summary>
    private static void Block(Task task) => task.GetAwaiter().GetResult();
}
