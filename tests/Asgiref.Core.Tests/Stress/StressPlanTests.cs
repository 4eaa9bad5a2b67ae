using Asgiref.Core.Tests.Stress.Expecting;
using Asgiref.Core.Tests.Stress.Planning;

namespace Asgiref.Core.Tests.Stress;

public class StressPlanTests
{
    private const int Seed = 20_260;
    private const int Plans = 5_000;

    [Fact]
    public void The_same_seed_makes_the_same_plans()
    {
        var texts = Texts(Seed);
        Assert.Equal(texts, Texts(Seed));
        Assert.NotEqual(texts, Texts(Seed + 1));
        Assert.True(texts.Distinct().Count() > Plans * 9 / 10, "Plans of different flows differ.");
    }

    [Fact]
    public void Plans_have_every_kind_of_call_step_place_and_outcome_up_to_depth_8()
    {
        var plans = Enumerable.Range(1, Plans).Select(number => StressPlan.Create(Seed, number)).ToArray();
        var nodes = plans.SelectMany(plan => plan.Nodes).ToArray();
        var expected = plans.SelectMany(PlanModel.Of).ToArray();
        Assert.Equal(Enum.GetValues<CallKind>(), nodes.Select(node => node.Kind).Distinct().Order());
        Assert.Equal(Enum.GetValues<StepKind>(), nodes.SelectMany(node => node.Steps).Select(step => step.Kind).Distinct().Order());
        Assert.Equal(Enum.GetValues<OutcomeKind>(), expected.Select(node => node.Seen).OfType<Outcome>().Select(outcome => outcome.Kind).Distinct().Order());
        Assert.Equal(
            Enum.GetValues<PlaceKind>(),
            expected.SelectMany(node => node.Steps).OfType<StepExpectation>().Select(step => step.Place.Kind).Distinct().Order());
        Assert.Equal(8, plans.Max(plan => Depth(plan.Root)));
    }

    private static string[] Texts(int seed) =>
        [.. Enumerable.Range(1, Plans).Select(number => StressPlan.Create(seed, number).ToString().Split('\n', 2)[1])];

    private static int Depth(PlanNode node) =>
        node.Steps.SelectMany(step => step.Calls).Select(call => 1 + Depth(call)).DefaultIfEmpty(0).Max();
}
