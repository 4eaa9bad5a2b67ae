using Asgiref.Core.Events;
using Asgiref.Core.Hosting;
using Bridge.Protocol.Sessions;
using Bridge.Protocol.V1;
using Bridge.Server.Tests.Hosting;
using static Bridge.Protocol.Tests.Instances.TestWorker;

namespace Bridge.Protocol.Tests.Instances;

/// <summary>Instances at a peer whose own host ends them.</summary>
public sealed class HostStopTests
{
    [Fact]
    public async Task A_socket_that_its_host_ends_is_lost_and_its_application_hears_1012()
    {
        var waiting = new TaskCompletionSource();
        var received = new TaskCompletionSource<AsgiEvent>();
        var worker = await Start(async (_, receive, _) =>
        {
            await receive();
            waiting.SetResult();
            received.SetResult(await receive());
        });
        var driver = new FakeDriver();
        driver.Give(WebSocketConnectEvent.Instance);
        var instance = worker.Instance(Socket, driver);

        var running = instance.RunAsync(worker.Bridge);
        await waiting.Task.WithDeadline();
        instance.Stop("The host stops.");

        var ending = await running.WithDeadline();
        Assert.Equal((EndingKind.Lost, "The host stops.", false), (ending.Kind, ending.Reason, instance.MayGoElsewhere));
        Assert.Equal(1012, Assert.IsType<WebSocketDisconnectEvent>(await received.Task.WithDeadline()).Code);
        await worker.NextOver();
    }

    [Fact]
    public async Task One_that_is_ended_before_it_runs_is_lost_as_soon_as_it_does()
    {
        var worker = await Start((_, _, send) => Respond(send, "late"));
        var driver = new FakeDriver();
        var instance = worker.Instance(Get, driver);

        instance.Stop("The host stops.");
        var ending = await instance.RunAsync(worker.Bridge).WithDeadline();

        Assert.Equal((EndingKind.Lost, "The host stops."), (ending.Kind, ending.Reason));
        Assert.Empty(driver.TakeAll());
    }

    [Theory]
    [InlineData(GoodbyeCode.Done, true)]
    [InlineData(GoodbyeCode.Replaced, true)]
    [InlineData(GoodbyeCode.Internal, false)]
    public async Task One_that_is_lost_with_a_session_that_ends_on_purpose_is_lost_to_a_stop(GoodbyeCode code, bool onPurpose)
    {
        var waiting = new TaskCompletionSource();
        var worker = await Start(async (_, receive, _) =>
        {
            waiting.SetResult();
            await receive();
        });
        var running = worker.Instance(Get, new FakeDriver()).RunAsync(worker.Bridge);
        await waiting.Task.WithDeadline();

        worker.Sessions.Client.Close(code, "Enough.");

        var ending = await running.WithDeadline();
        Assert.Equal((EndingKind.Lost, onPurpose ? EndingCause.Draining : EndingCause.None), (ending.Kind, ending.Cause));
    }

    [Fact]
    public async Task Only_an_attempt_that_opened_an_exchange_is_over_later()
    {
        var worker = await Start((_, _, send) => Respond(send, ""));
        var opened = worker.Instance(Get, new FakeDriver(), "other");
        await opened.RunAsync(worker.Bridge).WithDeadline();
        Assert.True(opened.WasOpened);
        await worker.NextOver();

        worker.Bridge.Close(GoodbyeCode.Done, "Done.");
        var notOpened = worker.Instance(Get, new FakeDriver());
        var ending = await notOpened.RunAsync(worker.Bridge).WithDeadline();

        Assert.Equal((EndingKind.Refused, false, true), (ending.Kind, notOpened.WasOpened, notOpened.MayGoElsewhere));
        Assert.Equal(OpenStatus.Ended, worker.Bridge.Open(new InstanceTarget { Application = "app" }, default, null, out _));
    }
}
