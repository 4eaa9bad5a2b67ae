using Asgiref.Core.Callables.Outgoing;

namespace Asgiref.Core.Tests.Callables;

public class CallIdsTests
{
    [Fact]
    public void Ids_of_calls_are_not_given_twice()
    {
        // More than are made ahead, on more than one thread.
        var ids = Enumerable.Range(0, 1000).AsParallel().Select(_ => CallIds.Next()).ToHashSet();
        Assert.Equal(1000, ids.Count);
        Assert.DoesNotContain(Guid.Empty, ids);
    }
}
