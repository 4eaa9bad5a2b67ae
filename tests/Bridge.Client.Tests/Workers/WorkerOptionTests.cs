using Bridge.Client.Workers;

namespace Bridge.Client.Tests.Workers;

/// <summary>Each wrong option stops the making of a worker with its name, its value and the range.</summary>
public sealed class WorkerOptionTests
{
    public static TheoryData<string, Action<BridgeWorkerOptions>> Wrong { get; } = new()
    {
        { "Address is \"ftp://x\"; it must be one of http://host:port, https://host:port, unix:/path.", options => options.Address = "ftp://x" },
        { "Address is \"unix:\"; it must be one of http://host:port, https://host:port, unix:/path.", options => options.Address = "unix:" },
        { "Address is \"\"; it must be one of http://host:port, https://host:port, unix:/path.", options => options.Address = null! },
        { "Name has 0 characters; it must have 1 to 128.", options => options.Name = "" },
        { "Name has 129 characters; it must have 1 to 128.", options => options.Name = new string('a', 129) },
        { "Token is empty or has other characters; it must have visible ASCII characters only.", options => options.Token = "" },
        { "Token is empty or has other characters; it must have visible ASCII characters only.", options => options.Token = "a\nb" },
        { "Sessions is 0; it must be 1 to 64.", options => options.Sessions = 0 },
        { "Sessions is 65; it must be 1 to 64.", options => options.Sessions = 65 },
        { "MaxInstancesPerSession is 0; it must be 1 to 1000000.", options => options.MaxInstancesPerSession = 0 },
        { "ConnectTime is 00:00:00; it must be above zero and at most a day.", options => options.ConnectTime = TimeSpan.Zero },
        { "HelloTime is -00:00:01; it must be above zero and at most a day.", options => options.HelloTime = TimeSpan.FromSeconds(-1) },
        { "KeepAliveInterval is 1.00:00:01; it must be above zero and at most a day.", options => options.KeepAliveInterval = TimeSpan.FromSeconds(86401) },
        { "KeepAliveTimeout is 00:00:00; it must be above zero and at most a day.", options => options.KeepAliveTimeout = TimeSpan.Zero },
        { "CloseTime is 00:00:00; it must be above zero and at most a day.", options => options.CloseTime = TimeSpan.Zero },
        { "DrainTime is 00:00:00; it must be above zero and at most a day.", options => options.DrainTime = TimeSpan.Zero },
        { "GraceTime is 00:00:00; it must be above zero and at most a day.", options => options.GraceTime = TimeSpan.Zero },
        { "CancellationTime is 00:00:00; it must be above zero and at most a day.", options => options.CancellationTime = TimeSpan.Zero },
        { "LifespanStartupTime is 00:00:00; it must be above zero and at most a day.", options => options.LifespanStartupTime = TimeSpan.Zero },
        { "LifespanShutdownTime is 00:00:00; it must be above zero and at most a day.", options => options.LifespanShutdownTime = TimeSpan.Zero },
        { "TimeProvider is null; it must be set.", options => options.TimeProvider = null! },
        { "Random is null; it must be set.", options => options.Random = null! },
        { "Reconnection is null; it must be set.", options => options.Reconnection = null! },
        {
            "Reconnection.FirstDelay is 00:00:11; it must be above zero and at most LongestDelay, which is 00:00:10.",
            options => options.Reconnection = new WorkerReconnection { FirstDelay = TimeSpan.FromSeconds(11) }
        },
        {
            "Reconnection.LongestDelay is 2.00:00:00; it must be above zero and at most a day.",
            options => options.Reconnection = new WorkerReconnection { LongestDelay = TimeSpan.FromDays(2) }
        },
        {
            "Reconnection.SettledTime is 00:00:00; it must be above zero and at most a day.",
            options => options.Reconnection = new WorkerReconnection { SettledTime = TimeSpan.Zero }
        },
        { "Recycle.MaxInstances is 0; it must be at least 1.", options => options.Recycle = new WorkerRecycling { MaxInstances = 0 } },
        {
            "Recycle.MaxAge is 21.00:00:00; it must be above zero and at most 20 days.",
            options => options.Recycle = new WorkerRecycling { MaxAge = TimeSpan.FromDays(21) }
        },
        { "Recycle.Jitter is 1.5; it must be 0 to 1.", options => options.Recycle = new WorkerRecycling { Jitter = 1.5 } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_wrong_option_is_refused_by_name(string message, Action<BridgeWorkerOptions> spoil)
    {
        var options = Good();
        spoil(options);

        var raised = Assert.Throws<ArgumentException>(() => new BridgeWorker(options));

        Assert.Equal($"BridgeWorkerOptions.{message}", raised.Message);
    }

    [Fact]
    public void A_worker_without_applications_is_refused()
    {
        var raised = Assert.Throws<ArgumentException>(() => new BridgeWorker(new BridgeWorkerOptions()));

        Assert.Equal("BridgeWorkerOptions.Applications is empty; it must have at least one, if Callables has none.", raised.Message);
    }

    [Theory]
    [InlineData("", 1, WorkerLifespan.Auto, "The application's name has 0 characters; it must have 1 to 128. (Parameter 'name')")]
    [InlineData("app", 1, WorkerLifespan.Auto, "There is an application \"app\" already. (Parameter 'name')")]
    [InlineData("b", 0, WorkerLifespan.Auto, "WorkerApplicationOptions.MaxInstances of \"b\" is 0; it must be at least 1. (Parameter 'options')")]
    [InlineData("b", 1, (WorkerLifespan)9, "WorkerApplicationOptions.Lifespan of \"b\" is 9; it must be Auto, On or Off. (Parameter 'options')")]
    public void A_wrong_application_is_refused(string name, int maxInstances, WorkerLifespan lifespan, string message)
    {
        var raised = Assert.Throws<ArgumentException>(() => Good().Applications.Add(
            name, WorkerFixture.Greeting, new WorkerApplicationOptions { MaxInstances = maxInstances, Lifespan = lifespan }));

        Assert.Equal(message, raised.Message);
    }

    [Fact]
    public async Task Every_default_is_in_range_and_the_default_name_can_be_sent()
    {
        var options = new BridgeWorkerOptions();
        options.Applications.Add("app", WorkerFixture.Greeting);

        await using var worker = new BridgeWorker(options);

        Assert.InRange(options.Name.Length, 1, 128);
        Assert.Equal(WorkerState.Created, worker.State);
    }

    private static BridgeWorkerOptions Good()
    {
        var options = new BridgeWorkerOptions { Name = "w1" };
        options.Applications.Add("app", WorkerFixture.Greeting);
        return options;
    }
}
