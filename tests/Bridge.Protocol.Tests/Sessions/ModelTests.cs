using Bridge.Protocol.Tests.Mapping;
using Xunit.Abstractions;

namespace Bridge.Protocol.Tests.Sessions;

/// <summary>The rules of docs/protocol.md as properties: whatever happens in whatever order, they hold.</summary>
public class ModelTests(ITestOutputHelper output)
{
    private const int Runs = 1_000;

    [Fact]
    public Task Every_byte_arrives_in_order_once_and_nobody_waits_for_ever() => Play(LinkFault.None, run => run.Play());

    [Fact]
    public Task A_link_that_is_cut_leaves_nothing_behind() => Play(LinkFault.Cut, run => run.PlayWithFault());

    [Fact]
    public Task A_link_that_stalls_one_way_leaves_nothing_behind() => Play(LinkFault.StallUp, run => run.PlayWithFault());

    [Fact]
    public Task A_link_that_stalls_both_ways_leaves_nothing_behind() => Play(LinkFault.StallBoth, run => run.PlayWithFault());

    private async Task Play(LinkFault fault, Func<ModelRun, Task> play)
    {
        var seeds = Seed.Random(output);
        for (var index = 0; index < Runs; index++)
        {
            var seed = seeds.Next();
            try
            {
                using var run = new ModelRun(seed, fault);
                await Task.Run(() => play(run)).WithDeadline();
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"The run {index} with the seed {seed} failed.", error);
            }
        }
    }
}
