using Asgiref.Core.Compatibility;
using Asgiref.Core.Events;
using Asgiref.Core.Local;
using Asgiref.Core.Scopes;
using Asgiref.Core.Server;
using Asgiref.Core.Values;

namespace Asgiref.Core.Tests.Server;

public class InstanceContextTests
{
    [Fact]
    public async Task An_instance_sees_no_local_value_of_the_server_or_of_another_instance_and_leaves_none()
    {
        var local = new Local<string>();
        var named = new Core.Local.Local();
        var server = new TestServer(async (scope, receive, send) =>
        {
            var isClean = !local.TryGet(out _) && !named.TryGet("key", out _) && !ContextBag.TryGet("key", out _);
            SetAll(TestServer.IdOf(scope));
            await send(TestServer.Message(isClean ? "clean" : "leaked"));
            await receive();
            await send(TestServer.Message(local.Value));
        });
        SetAll("server");

        var a = await server.OpenAsync("a");
        Assert.Equal("clean", (await server.NextSentAsync()).Message.Type);
        var b = await server.OpenAsync("b");
        Assert.Equal("clean", (await server.NextSentAsync()).Message.Type);
        await a.WriteAsync(TestServer.Message("what do you see?"));
        Assert.Equal("a", (await server.NextSentAsync()).Message.Type);
        await b.WriteAsync(TestServer.Message("what do you see?"));
        Assert.Equal("b", (await server.NextSentAsync()).Message.Type);

        Assert.Equal("server", local.Value);
        Assert.Equal("server", named["key"]);
        Assert.Equal("server", ((AsgiValue.TextValue)ContextBag.Current.Single().Value).Value);

        void SetAll(string value)
        {
            local.Value = value;
            named["key"] = value;
            ContextBag.Set("key", value);
        }
    }

    [Fact]
    [Covers("SRV-08")]
    public async Task A_legacy_application_is_called_in_its_two_steps_for_each_instance()
    {
        LegacyAsgiApplication legacy = scope =>
        {
            var id = TestServer.IdOf(scope);
            return async (receive, send) => await send(new CustomEvent($"{id} got {(await receive()).Type}"));
        };
        var server = new LegacyServer(legacy);

        Assert.True(await server.PostAsync("a", TestServer.ScopeOf("a"), TestServer.Message("one")).WithDeadline());
        Assert.True(await server.PostAsync("b", TestServer.ScopeOf("b"), TestServer.Message("two")).WithDeadline());
        await server.StopAsync().WithDeadline();

        Assert.Equal(["a got one", "b got two"], server.Sent.Order());
        Assert.Equal(0, server.Statistics.Failed);
    }

    private sealed class LegacyServer(LegacyAsgiApplication application) : StatelessServer<string>(application)
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Sent { get; } = [];

        protected override Task HandleAsync(CancellationToken stopping) => Task.CompletedTask;

        protected override ValueTask ApplicationSendAsync(AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken)
        {
            Sent.Enqueue(message.Type);
            return default;
        }
    }
}
