using Asgiref.Core.Sync;
using Asgiref.Core.Tests.Stress.Planning;

namespace Asgiref.Core.Tests.Stress.Running;

/// <summary>SyncToAsync: single calls and several at a time.</summary>
internal sealed partial class FlowInterpreter
{
    private static readonly SyncToAsyncOptions OwnExecutorOptions = new() { ThreadSensitive = false, Executor = OwnExecutor.Instance };

    private async AsgiTask SyncToAsyncCall(PlanNode node, CallContext? context)
    {
        var options = OptionsOf(node, context);
        var token = _run.TokenOf(node);
        switch (node.Form)
        {
            case 0:
                await SyncToAsync.Run(() => Run(node), options, token);
                break;
            case 1:
                Result(node, await SyncToAsync.Run(() => RunForResult(node), options, token));
                break;
            case 2:
                Result(node, await SyncToAsync.Run(RunForResult, node, options, token));
                break;
            default:
                Result(node, await SyncToAsync.Wrap((PlanNode inner) => RunForResult(inner), options).InvokeAsync(node, token));
                break;
        }
    }

    private async AsgiTask CreateAllAsync(PlanNode node, int index)
    {
        var step = node.Steps[index];
        var tasks = step.Calls.Select(call =>
        {
            _run.Called(call);
            return AsgiTask.Create(() => RunAsync(call).AsTask());
        }).ToArray();
        if (step.Argument >= 0)
        {
            FlowContext.SetLocal(step.Argument, Value(node, index));
        }

        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        var errors = tasks.Select(task => task.IsCanceled ? new TaskCanceledException(task) : task.Exception?.InnerException).ToArray();
        for (var i = 0; i < tasks.Length; i++)
        {
            _run.Answered(step.Calls[i], errors[i]);
        }

        Pass(step, errors);
    }

    private async AsgiTask StartAllAsync(PlanStep step)
    {
        var started = step.Calls.Select(node => new StartedCall(this, node, () => Run(node))).ToArray();
        foreach (var call in step.Kind == StepKind.StartAll ? started : started.Reverse())
        {
            await call.EndAsync();
        }

        Pass(step, [.. started.Select(call => call.Error)]);
    }

    private async AsgiTask CancelParkedAsync(PlanStep step)
    {
        var node = step.Calls[0];
        var call = new StartedCall(this, node, () =>
        {
            try
            {
                Run(node);
            }
            finally
            {
                _run.Signals.Parked(step.Argument).TrySetResult();
            }
        });
        if (!call.HasEnded)
        {
            await _run.Signals.Parked(step.Argument).Task;
        }

        await _run.Sources[node.Id]!.CancelAsync();
        await call.EndAsync();
        _run.Signals.Released(step.Argument).TrySetResult();
        Pass(step, call.Error);
    }

    private async AsgiTask CancelQueuedAsync(PlanStep step)
    {
        var holder = new StartedCall(this, step.Calls[0], () => Run(step.Calls[0]));
        if (!holder.HasEnded)
        {
            await _run.Signals.Parked(step.Argument).Task;
        }

        var queued = new StartedCall(this, step.Calls[1], () => Run(step.Calls[1]));
        await _run.Sources[step.Calls[1].Id]!.CancelAsync();
        await queued.EndAsync();
        _run.Signals.Released(step.Argument).TrySetResult();
        await holder.EndAsync();
        Pass(step, holder.Error, queued.Error);
    }

    private static SyncToAsyncOptions OptionsOf(PlanNode node, CallContext? context = null)
    {
        var options = node.Kind switch
        {
            CallKind.SensitiveCall => SyncToAsyncOptions.Default,
            CallKind.PooledCall => SyncToAsyncOptions.Pooled,
            _ => OwnExecutorOptions,
        };
        return context is null ? options : options with { Context = context };
    }

    /// <summary>A SyncToAsync call that has been started and is awaited later.</summary>
    private sealed class StartedCall
    {
        private readonly FlowInterpreter _flow;
        private readonly PlanNode _node;
        private readonly SyncCall? _call;

        public StartedCall(FlowInterpreter flow, PlanNode node, Action body)
        {
            _flow = flow;
            _node = node;
            flow._run.Called(node);
            try
            {
                _call = SyncToAsync.Run(body, OptionsOf(node), flow._run.TokenOf(node));
            }
            catch (Exception error)
            {
                Error = error;
            }
        }

        public bool HasEnded => _call is not { } call || call.GetAwaiter().IsCompleted;

        public Exception? Error { get; private set; }

        public async AsgiTask EndAsync()
        {
            if (_call is { } call)
            {
                try
                {
                    await call;
                }
                catch (Exception error)
                {
                    Error = error;
                }
            }

            _flow._run.Answered(_node, Error);
        }
    }
}
