using Asgiref.Core;
using Asgiref.Core.Callables;
using Asgiref.Core.Local;
using Asgiref.Core.Sync;

namespace CallWorker.Trees;

/// <summary>Runs the functions of planned trees in one process, and tells what they did not see as planned.</summary>
/// <param name="registry">Gets the functions, and makes their calls.</param>
/// <param name="process">The process's name.</param>
/// <param name="mismatch">Takes the number of a tree and what was wrong there.</param>
internal sealed class TreeRunner(CallableRegistry registry, string process, Action<int, string> mismatch)
{
    /// <summary>
    /// The time of a tree: one that would hang tells what it waits for. Some queue for half a minute, behind 199 others that
    /// want a process's own thread as well.
    /// </summary>
    public static readonly TimeSpan TreeTime = TimeSpan.FromSeconds(60);

    private readonly TreeThreads _threads = new();
    private readonly TreeWatch _watch = new(process, mismatch);

    public void Add()
    {
        registry.Add<TreeNode, TreeResult>(TreeNode.NameOf(_watch.Process, TreeKind.Sync), Run);
        registry.Add<TreeNode, TreeResult>(TreeNode.NameOf(_watch.Process, TreeKind.Pooled), Run, CallableSettings.Pooled);
        registry.AddAsync<TreeNode, TreeResult>(TreeNode.NameOf(_watch.Process, TreeKind.Async), RunAsync);
    }

    /// <summary>Runs a function that blocks, on this thread.</summary>
    public TreeResult Run(TreeNode node)
    {
        if (_threads.Enter(node, out var before) is { } wrong)
        {
            _watch.Tell(node, wrong);
        }

        try
        {
            _watch.CheckBag(node, "at its beginning", node.Bag);
            var sum = node.Id;
            foreach (var step in node.Steps)
            {
                sum += Do(node, step);
                _watch.CheckBag(node, $"after {step.Kind}", step.Bag);
            }

            return new TreeResult(node.Tree, node.Id, sum);
        }
        finally
        {
            TreeThreads.Leave(before);
        }
    }

    /// <summary>Runs a function that awaits.</summary>
    public async Task<TreeResult> RunAsync(TreeNode node)
    {
        _watch.CheckBag(node, "at its beginning", node.Bag);
        var sum = node.Id;
        foreach (var step in node.Steps)
        {
            switch (step.Kind)
            {
                case TreeStepKind.Call or TreeStepKind.Leave or TreeStepKind.Limit:
                    sum += await CallAsync(node, step);
                    break;
                case TreeStepKind.Calls:
                    sum += await CallAllAsync(node, step);
                    break;
                case TreeStepKind.Tasks or TreeStepKind.Contexts:
                    sum += await CallFromTasksAsync(node, step);
                    break;
                case TreeStepKind.Wait:
                    await Task.Delay(Timeout.InfiniteTimeSpan, AsgiCancellation.Token);
                    break;
                default:
                    Do(node, step);
                    break;
            }

            _watch.CheckBag(node, $"after {step.Kind}", step.Bag);
        }

        return new TreeResult(node.Tree, node.Id, sum);
    }

    private int Do(TreeNode node, TreeStep step)
    {
        switch (step.Kind)
        {
            case TreeStepKind.Change:
                Change(step);
                return 0;
            case TreeStepKind.Throw:
                throw new TreeFault(node.Tree, node.Id);
            default:
                return Call(node, step);
        }
    }

    private int Call(TreeNode node, TreeStep step)
    {
        var child = step.Children[0];
        var before = ContextBag.Current;
        using var leave = LeaveOf(step);
        try
        {
            return _watch.Check(node, child, registry.AsyncToSync<TreeNode, TreeResult>(child.Callable, TimeOf(node, step)).Invoke(child, leave.Token));
        }
        catch (Exception error) when (_watch.IsPlanned(node, step, child, error))
        {
            AfterFailure(step, before);
            return 0;
        }
    }

    /// <summary>Calls one; what it changes is seen by the method that awaits this one, as it would not be with a plain task (MAP-04).</summary>
    private async AsgiTask<int> CallAsync(TreeNode node, TreeStep step)
    {
        var child = step.Children[0];
        var before = ContextBag.Current;
        using var leave = LeaveOf(step);
        try
        {
            return _watch.Check(node, child, await registry.SyncToAsync<TreeNode, TreeResult>(child.Callable, TimeOf(node, step)).InvokeAsync(child, leave.Token));
        }
        catch (Exception error) when (_watch.IsPlanned(node, step, child, error))
        {
            AfterFailure(step, before);
            return 0;
        }
    }

    /// <summary>All at once from here, awaited in order; the first surprise comes out when all have ended.</summary>
    private async AsgiTask<int> CallAllAsync(TreeNode node, TreeStep step)
    {
        var calls = step.Children.Select(child => registry.SyncToAsync<TreeNode, TreeResult>(child.Callable, TimeOf(node, step)).InvokeAsync(child)).ToArray();
        var sum = 0;
        Exception? surprise = null;
        for (var index = 0; index < calls.Length; index++)
        {
            var child = step.Children[index];
            try
            {
                sum += _watch.Check(node, child, await calls[index]);
            }
            catch (Exception error) when (!_watch.IsPlanned(node, step, child, error))
            {
                surprise ??= error;
            }
            catch (Exception)
            {
                // As planned; what it changed has come.
            }
        }

        return surprise is null ? sum : throw surprise;
    }

    private async Task<int> CallFromTasksAsync(TreeNode node, TreeStep step) => (await Task.WhenAll(step.Children.Select(child => AsgiTask.Create(async () =>
    {
        var context = step.Kind == TreeStepKind.Contexts ? ThreadSensitiveContext.Enter() : null;
        try
        {
            return _watch.Check(node, child, await registry.SyncToAsync<TreeNode, TreeResult>(child.Callable, TimeOf(node, step)).InvokeAsync(child));
        }
        catch (Exception error) when (_watch.IsPlanned(node, step, child, error))
        {
            return 0;
        }
        finally
        {
            if (context is not null)
            {
                await context.DisposeAsync();
            }
        }
    })))).Sum();

    /// <summary>A function whose time has passed may have said what it changed, or not.</summary>
    private static void AfterFailure(TreeStep step, ContextBagSnapshot before)
    {
        if (step.Kind == TreeStepKind.Limit)
        {
            ContextBag.Use(before);
        }
    }

    private static CancellationTokenSource LeaveOf(TreeStep step) =>
        step.Kind == TreeStepKind.Leave ? new CancellationTokenSource(step.Milliseconds) : new CancellationTokenSource();

    private static TimeSpan? TimeOf(TreeNode node, TreeStep step) =>
        step.Kind == TreeStepKind.Limit ? TimeSpan.FromMilliseconds(step.Milliseconds) : node.Id == 1 ? TreeTime : null;

    private static void Change(TreeStep step)
    {
        if (step.Value.Length > 0)
        {
            ContextBag.Set(step.Name, step.Value);
        }
        else
        {
            ContextBag.Remove(step.Name);
        }
    }
}
