using Bridge.Server.Callables;

namespace Bridge.Server.Tests.Callables;

public sealed class ThreadContextStateTests
{
    [Fact]
    public void Processes_may_come_to_a_context_while_others_are_told_of_its_end()
    {
        var context = new ThreadContext(Guid.NewGuid(), Guid.NewGuid());
        Guid[] processes = [Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid()];
        context.Add(processes[0]);
        context.Add(processes[1]);

        var told = new List<Guid>();
        foreach (var process in context.Met)
        {
            told.Add(process);
            context.Add(processes[2]);
            context.Meet(processes);
        }

        Assert.Equal(processes[..2], told);
        Assert.Equal(processes, context.Met);
        context.Remove(processes[0]);
        Assert.Equal(processes, context.Met);
        Assert.Equal(processes[1..], context.Homes);
    }
}
