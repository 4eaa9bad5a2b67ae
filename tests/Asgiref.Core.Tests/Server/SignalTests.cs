using System.Runtime.InteropServices;
using Asgiref.Core.Server;

namespace Asgiref.Core.Tests.Server;

public class SignalTests
{
    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    [Covers("SRV-18")]
    public async Task A_signal_ends_the_blocking_run_in_order_with_a_line_and_is_not_raised(string signal)
    {
        using var server = await BlockingServerProcess.StartAsync();

        await server.SignalAsync(signal);

        Assert.Equal("Exiting due to Ctrl-C/interrupt", await server.NextErrorLineAsync());
        Assert.Equal("test.disconnect", await server.NextLineAsync());
        Assert.Equal("returned", await server.NextLineAsync());
        Assert.Equal(0, await server.ExitAsync());
        Assert.Null(await server.NextErrorLineAsync());
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_second_signal_ends_a_process_whose_application_does_not_end(string signal, int exitCode)
    {
        using var server = await BlockingServerProcess.StartAsync("stubborn");
        await server.SignalAsync(signal);
        Assert.Equal("Exiting due to Ctrl-C/interrupt", await server.NextErrorLineAsync());

        await server.SignalAsync(signal);

        Assert.Equal(exitCode, await server.ExitAsync());
        Assert.Null(await server.NextLineAsync());
    }

    [Fact]
    public void Of_several_signals_only_the_first_is_handled()
    {
        var interrupts = 0;
        using var signals = new InterruptSignals(() => interrupts++);
        var (first, second) = (new PosixSignalContext(PosixSignal.SIGINT), new PosixSignalContext(PosixSignal.SIGTERM));

        signals.Handle(first);
        signals.Handle(second);

        Assert.Equal(1, interrupts);
        Assert.True(first.Cancel);
        Assert.False(second.Cancel);
    }
}
