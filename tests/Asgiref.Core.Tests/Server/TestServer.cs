using System.Threading.Channels;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Server;
using Asgiref.Core.Values;

namespace Asgiref.Core.Tests.Server;

/// <summary>A server without a network: tests post the events, and read what applications sent and what the hooks were told.</summary>
internal class TestServer(AsgiApplication application, StatelessServerOptions? options = null)
    : StatelessServer<string>(application, options)
{
    private readonly Channel<(AsgiScope Scope, AsgiEvent Message)> _sent = Channel.CreateUnbounded<(AsgiScope, AsgiEvent)>();
    private readonly Channel<(Exception Error, ApplicationDetails<string> Details)> _failed =
        Channel.CreateUnbounded<(Exception, ApplicationDetails<string>)>();
    private readonly Channel<ApplicationDetails<string>> _ended = Channel.CreateUnbounded<ApplicationDetails<string>>();
    private readonly Channel<ApplicationDetails<string>> _abandoned = Channel.CreateUnbounded<ApplicationDetails<string>>();

    public Func<CancellationToken, Task> Handler { get; init; } = stopping => Task.Delay(Timeout.InfiniteTimeSpan, stopping);

    public Func<AsgiEvent, CancellationToken, ValueTask>? Transport { get; init; }

    public static AsgiScope ScopeOf(string id) => new CustomScope("test") { Extra = [new("id", id)] };

    public static AsgiEvent Message(string text) => new CustomEvent(text);

    public static string IdOf(AsgiScope scope) => ((AsgiValue.TextValue)scope.Extra["id"]).Value;

    public Task<ChannelWriter<AsgiEvent>> OpenAsync(string id) =>
        GetOrCreateApplicationInstanceAsync(id, ScopeOf(id)).WithDeadline();

    public Task<bool> PostAsync(string id, string message) => PostAsync(id, ScopeOf(id), Message(message)).WithDeadline();

    public Task<(AsgiScope Scope, AsgiEvent Message)> NextSentAsync() => _sent.Reader.ReadAsync().WithDeadline();

    public Task<(Exception Error, ApplicationDetails<string> Details)> NextFailedAsync() => _failed.Reader.ReadAsync().WithDeadline();

    public Task<ApplicationDetails<string>> NextEndedAsync() => _ended.Reader.ReadAsync().WithDeadline();

    public Task<ApplicationDetails<string>> NextAbandonedAsync() => _abandoned.Reader.ReadAsync().WithDeadline();

    protected override Task HandleAsync(CancellationToken stopping) => Handler(stopping);

    protected override async ValueTask ApplicationSendAsync(AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken)
    {
        if (Transport is not null)
        {
            await Transport(message, cancellationToken).ConfigureAwait(false);
        }

        _sent.Writer.TryWrite((scope, message));
    }

    protected override void OnApplicationException(Exception exception, ApplicationDetails<string> details) =>
        _failed.Writer.TryWrite((exception, details));

    protected override void OnApplicationEnded(ApplicationDetails<string> details) => _ended.Writer.TryWrite(details);

    protected override void OnApplicationAbandoned(ApplicationDetails<string> details) => _abandoned.Writer.TryWrite(details);
}
