using Asgiref.Core.Sync;

namespace Asgiref.Core.Tests.Sync;

public class InterruptTests
{
    [Fact]
    [Covers("EXC-05")]
    public Task An_interrupt_that_fires_the_ambient_token_ends_every_layer_below_and_reaches_the_caller() => OnThread.Run(() =>
    {
        using var interrupt = new CancellationTokenSource();
        var seen = new List<string>();
        AsgiCancellation.Enter(interrupt.Token);

        Assert.ThrowsAny<OperationCanceledException>(() => AsyncToSync.Run(async () => await SyncToAsync.Run(() =>
        {
            try
            {
                AsyncToSync.Run(async () =>
                {
                    // What the host's handler of Ctrl+C does.
                    await interrupt.CancelAsync();
                    await Task.Delay(Timeout.Infinite, AsgiCancellation.Token);
                });
            }
            finally
            {
                seen.Add("function");
            }
        })));

        Assert.Equal(["function"], seen);
    });
}
