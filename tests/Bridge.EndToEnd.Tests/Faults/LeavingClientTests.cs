namespace Bridge.EndToEnd.Tests.Faults;

public sealed class LeavingClientTests(LeavingClientTests.Fixture fixture) : IClassFixture<LeavingClientTests.Fixture>
{
    [Theory]
    [InlineData("http1", Point.Beginning)]
    [InlineData("http1", Point.Middle)]
    [InlineData("http1", Point.Asked)]
    [InlineData("http1", Point.Answering)]
    [InlineData("http1", Point.Flooded)]
    [InlineData("http2", Point.Beginning)]
    [InlineData("http2", Point.Middle)]
    [InlineData("http2", Point.Asked)]
    [InlineData("http2", Point.Answering)]
    [InlineData("http2", Point.Flooded)]
    [InlineData("websocket", Point.Beginning)]
    [InlineData("websocket", Point.Middle)]
    [InlineData("websocket", Point.Asked)]
    [InlineData("websocket", Point.Flooded)]
    [InlineData("websocket-http2", Point.Beginning)]
    [InlineData("websocket-http2", Point.Middle)]
    [InlineData("websocket-http2", Point.Asked)]
    [InlineData("websocket-http2", Point.Flooded)]
    public async Task The_application_hears_once_that_its_client_has_gone(string protocol, Point point)
    {
        await using var conversation = Conversation.Of(protocol, fixture.Field, $"{protocol}-{point}", point);
        await conversation.ReachAsync();

        conversation.Leave();

        await fixture.Field.UntilSaidAsync($"{conversation.Id} gone");
        await fixture.Field.AssertQuietAsync();
        Assert.Equal(1, fixture.Field.GoneOf(conversation.Id));
        Assert.Equal(point == Point.Flooded ? 1 : 0, fixture.Field.Workers["w1"].CountOf($"{conversation.Id} raised"));
    }

    [Theory]
    [InlineData(Point.Middle, false)]
    [InlineData(Point.Asked, false)]
    [InlineData(Point.Middle, true)]
    [InlineData(Point.Asked, true)]
    public async Task The_application_hears_the_code_of_a_client_that_says_goodbye(Point point, bool http2)
    {
        await using var conversation = new SocketConversation(fixture.Field, $"closed-{point}-{http2}", point, http2);
        await conversation.ReachAsync();

        await conversation.CloseAsync();

        Assert.Equal("1000", await conversation.OutcomeAsync());
        await fixture.Field.AssertQuietAsync();
        Assert.Equal([$"{conversation.Id} gone 1000"], fixture.Field.Workers["w1"].Lines.Where(line => line.StartsWith($"{conversation.Id} gone", StringComparison.Ordinal)));
    }

    /// <summary>One bridge and one worker for all of them: what one leaves behind, the next one finds.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private Field? _field;

        internal Field Field => _field ?? throw new InvalidOperationException("It has not been started.");

        public async Task InitializeAsync()
        {
            _field = await Field.StartAsync();
            await _field.AddWorkerAsync("w1");
        }

        public async Task DisposeAsync() => await Field.DisposeAsync();
    }
}
