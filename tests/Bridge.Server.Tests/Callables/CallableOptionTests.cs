using Microsoft.Extensions.Options;

namespace Bridge.Server.Tests.Callables;

public sealed class CallableOptionTests
{
    [Theory]
    [InlineData("CallTime", "00:00:00", "00:00:00.0010000 to 1.00:00:00")]
    [InlineData("AnswerTime", "00:00:00", "00:00:00.0010000 to 1.00:00:00")]
    [InlineData("CallDepth", "129", "1 to 128")]
    [InlineData("ContextValues", "-1", "0 to 16777216")]
    [InlineData("ThreadContexts", "0", "1 to 1000000")]
    [InlineData("ThreadContextIdleTime", "00:00:00", "00:00:00.0010000 to 1.00:00:00")]
    [InlineData("Callables", "0", "1 to 1000000")]
    public async Task A_limit_out_of_its_range_stops_the_start_by_its_key(string key, string value, string range)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestBridge.StartAsync(null, ($"Bridge:Callables:{key}", value)));

        Assert.Contains($"Bridge:Callables:{key} is {value}; it goes from {range}.", error.Message, StringComparison.Ordinal);
    }
}
