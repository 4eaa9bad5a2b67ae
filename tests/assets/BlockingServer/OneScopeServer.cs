using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Server;

namespace BlockingServer;

/// <summary>Opens one scope and then waits to be stopped.</summary>
/// <param name="isStubborn">Whether its application never ends.</param>
internal sealed class OneScopeServer(bool isStubborn)
    : StatelessServer<string>(isStubborn ? Stubborn : Obedient, new StatelessServerOptions { GracePeriod = TimeSpan.FromHours(1) })
{
    private static readonly AsgiApplication Obedient = async (_, receive, _) =>
    {
        Console.WriteLine("running");
        Console.WriteLine((await receive().ConfigureAwait(false)).Type);
    };

    private static readonly AsgiApplication Stubborn = (_, _, _) =>
    {
        Console.WriteLine("running");
        return Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
    };

    protected override async Task HandleAsync(CancellationToken stopping)
    {
        await GetOrCreateApplicationInstanceAsync("only", new CustomScope("test"), stopping).ConfigureAwait(false);
        await Task.Delay(Timeout.InfiniteTimeSpan, stopping).ConfigureAwait(false);
    }

    protected override ValueTask ApplicationSendAsync(AsgiScope scope, AsgiEvent message, CancellationToken cancellationToken) => default;
}
