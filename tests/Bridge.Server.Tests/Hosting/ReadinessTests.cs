using Bridge.Server.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Server.Tests.Hosting;

public sealed class ReadinessTests
{
    [Fact]
    public void A_listener_that_raises_keeps_nobody_from_hearing_of_the_change()
    {
        var heard = false;
        var readiness = new Readiness(NullLogger<Readiness>.Instance);
        readiness.Changed += () => throw new InvalidDataException();
        readiness.Changed += () => heard = true;

        readiness.Set(true);

        Assert.True(heard);
        Assert.True(readiness.IsReady);
    }
}
