using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using CallWorker;
using CallWorker.Trees;

namespace Bridge.EndToEnd.Tests.Calls.Trees;

/// <summary>Keeps a number of trees of calls running, each with a plan of its own, and judges how they end.</summary>
/// <param name="seed">Makes the plans.</param>
/// <param name="width">Trees at one time.</param>
internal sealed class TreeLanes(int seed, int width)
{
    private const int MaxDescribed = 3;
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerOptions.Web) { WriteIndented = true };

    private readonly ConcurrentDictionary<int, TreeNode> _running = new();
    private readonly ConcurrentQueue<(int Tree, string What)> _wrong = new();
    private readonly ConcurrentDictionary<int, bool> _lost = new();
    private int _started;
    private int _losses;

    /// <summary>How many there have been.</summary>
    public int Trees => _started;

    /// <summary>How many have ended with the loss of a process, all while one was lost.</summary>
    public int Lost => _lost.Count;

    /// <summary>Gives what other processes did not see as planned.</summary>
    public Func<IEnumerable<(int Tree, string What)>> Others { get; set; } = static () => [];

    /// <summary>A process is lost from now on, until it has come back; called again then.</summary>
    public void CountLoss() => Interlocked.Increment(ref _losses);

    /// <summary>Takes what a tree did not see as planned. That of lost trees does not count: what they leave behind may come anywhere.</summary>
    public void Mismatch(int tree, string what) => _wrong.Enqueue((tree, what));

    /// <summary>
    /// Starts trees, a new one whenever one has ended, until the time is up and something else has happened, or one was not as
    /// planned; then waits for the rest.
    /// </summary>
    /// <param name="runner">Runs their roots.</param>
    /// <param name="duration">How long trees are started at least.</param>
    /// <param name="until">What must have happened.</param>
    /// <exception cref="TreesFailedException">One does not end, or was not as planned.</exception>
    public async Task RunAsync(TreeRunner runner, TimeSpan duration, Task until)
    {
        var begin = Stopwatch.GetTimestamp();
        var lanes = Task.WhenAll(Enumerable.Range(0, width).Select(_ => Task.Run(async () =>
        {
            do
            {
                await RunTreeAsync(runner);
            }
            while ((Stopwatch.GetElapsedTime(begin) < duration || !until.IsCompleted) && !HasFailed());
        })));
        try
        {
            await lanes.WaitAsync(duration + TreeRunner.TreeTime + Deadline.Default);
        }
        catch (TimeoutException) when (!lanes.IsCompleted)
        {
            throw new TreesFailedException(Describe(
                $"{_running.Count} trees do not end", Mismatches().Concat(_running.Values.OrderBy(SizeOf).Select(root => (root.Tree, "does not end")))));
        }

        if (HasFailed())
        {
            Judge();
        }

        await until;
    }

    /// <summary>To be called when all have ended and everybody has told what was wrong.</summary>
    /// <exception cref="TreesFailedException">Something was.</exception>
    public void Judge()
    {
        var wrong = Mismatches().ToArray();
        if (wrong.Length > 0)
        {
            throw new TreesFailedException(Describe($"{wrong.DistinctBy(each => each.Tree).Count()} trees were not as planned", wrong));
        }
    }

    /// <summary>Whether a tree of which it is known already that it was not lost saw something else than planned.</summary>
    private bool HasFailed() => _wrong.Any(mismatch => !_running.ContainsKey(mismatch.Tree) && !_lost.ContainsKey(mismatch.Tree));

    private IEnumerable<(int Tree, string What)> Mismatches() => _wrong.Concat(Others()).Where(mismatch => !_lost.ContainsKey(mismatch.Tree));

    private static int SizeOf(TreeNode node) => 1 + node.Steps.SelectMany(step => step.Children).Sum(SizeOf);

    private async Task RunTreeAsync(TreeRunner runner)
    {
        var root = TreePlanner.Create(seed, Interlocked.Increment(ref _started));
        _running[root.Tree] = root;
        var lossesBefore = Volatile.Read(ref _losses);
        TreeResult? result = null;
        Exception? error = null;
        try
        {
            result = await Begin(runner, root);
        }
        catch (Exception raised)
        {
            error = raised;
        }

        var expected = root.Fault is null ? new TreeResult(root.Tree, root.Id, root.Sum) : null;
        if (error is not null && TreeFault.IsLoss(error) && (lossesBefore % 2 == 1 || lossesBefore != Volatile.Read(ref _losses)))
        {
            _lost[root.Tree] = true;
        }
        else if (result != expected || (root.Fault is { } fault && !TreeFault.Is(error!, root.Tree, fault)))
        {
            Mismatch(root.Tree, $"ended with {(error is null ? $"{result}" : Deeds.Describe(error))} and not with {expected?.ToString() ?? $"the exception of #{root.Fault}"}");
        }

        _running.TryRemove(root.Tree, out _);
    }

    /// <summary>Begins a tree in an empty context, a synchronous one on a thread of its own.</summary>
    private static Task<TreeResult> Begin(TreeRunner runner, TreeNode root)
    {
        var ended = new TaskCompletionSource<TreeResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (root.Kind == TreeKind.Sync)
        {
            new Thread(() =>
            {
                try
                {
                    ended.SetResult(runner.Run(root));
                }
                catch (Exception error)
                {
                    ended.SetException(error);
                }
            })
            { IsBackground = true, Name = "tree root" }.UnsafeStart();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static async work =>
                {
                    try
                    {
                        work.ended.SetResult(await work.runner.RunAsync(work.root));
                    }
                    catch (Exception error)
                    {
                        work.ended.SetException(error);
                    }
                },
                (runner, root, ended),
                preferLocal: false);
        }

        return ended.Task;
    }

    private string Describe(string what, IEnumerable<(int Tree, string What)> mismatches)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{what} of {_started}. {StressSettings.Text(seed)} repeats their plans.\n");
        foreach (var tree in mismatches.GroupBy(mismatch => mismatch.Tree).Take(MaxDescribed))
        {
            text.Append(CultureInfo.InvariantCulture, $"Tree {tree.Key}:\n{string.Join('\n', tree.Select(each => each.What).Take(10))}\n");
            text.Append(JsonSerializer.Serialize(TreePlanner.Create(seed, tree.Key), Indented)).Append('\n');
        }

        return text.ToString();
    }
}
