using System.Text.Json;
using CallWorker.Trees;

namespace Bridge.EndToEnd.Tests.Calls.Trees;

public class TreePlannerTests
{
    private const int Seed = 20_260;
    private const int Plans = 2_000;

    [Fact]
    public void The_same_seed_makes_the_same_plans()
    {
        var texts = Texts(Seed);
        Assert.Equal(texts, Texts(Seed));
        Assert.NotEqual(texts, Texts(Seed + 1));
        Assert.Equal(texts, Enumerable.Range(1, Plans).Select(tree => JsonSerializer.Serialize(
            JsonSerializer.Deserialize<TreeNode>(texts[tree - 1], JsonSerializerOptions.Web), JsonSerializerOptions.Web)));
    }

    [Fact]
    public void Plans_have_every_kind_of_function_step_thread_and_end_in_every_process_up_to_depth_8()
    {
        var roots = Enumerable.Range(1, Plans).Select(tree => TreePlanner.Create(Seed, tree)).ToArray();
        var nodes = roots.SelectMany(All).ToArray();
        Assert.Equal(Enum.GetValues<TreeStepKind>(), nodes.SelectMany(node => node.Steps).Select(step => step.Kind).Distinct().Order());
        foreach (var process in nodes.GroupBy(node => node.Process))
        {
            Assert.Equal(Enum.GetValues<TreeKind>(), process.Select(node => node.Kind).Distinct().Order());
            var places = process.Select(node => node.Place).OfType<string>().ToArray();
            Assert.Contains(TreeThreads.OfProcess, places);
            Assert.Contains(places, place => place.StartsWith("context", StringComparison.Ordinal));
        }

        Assert.Equal(4, nodes.DistinctBy(node => node.Process).Count());
        Assert.Contains(roots, root => root.Fault is not null);
        Assert.Contains(roots, root => root.Fault is null);
        Assert.Equal(TreePlanner.MaxDepth, roots.Max(Depth));
    }

    private static string[] Texts(int seed) =>
        [.. Enumerable.Range(1, Plans).Select(tree => JsonSerializer.Serialize(TreePlanner.Create(seed, tree), JsonSerializerOptions.Web))];

    private static IEnumerable<TreeNode> All(TreeNode node) => node.Steps.SelectMany(step => step.Children).SelectMany(All).Prepend(node);

    private static int Depth(TreeNode node) => node.Steps.SelectMany(step => step.Children).Select(child => 1 + Depth(child)).DefaultIfEmpty(0).Max();
}
