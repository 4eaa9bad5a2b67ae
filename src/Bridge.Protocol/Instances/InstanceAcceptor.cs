using Asgiref.Core.Hosting;
using Asgiref.Core.Scopes;
using Bridge.Protocol.Mapping;
using Bridge.Protocol.Sessions;
using Google.Protobuf;

namespace Bridge.Protocol.Instances;

/// <summary>Runs the instances that a peer opens: the acceptor's side of docs/protocol.md. Safe for concurrent use.</summary>
internal static class InstanceAcceptor
{
    /// <summary>
    /// Answers an exchange that the peer has opened: refuses it, or runs the application and ends the exchange when that
    /// has really returned. To be called from <see cref="ISessionHandler.Accept"/>; gives the thread back at the
    /// application's first wait. Never throws for what the peer or the application does.
    /// </summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="find">Gives the application of a name; null if there is none, or not yet.</param>
    public static async Task AcceptAsync(Exchange exchange, Func<string, IApplication?> find)
    {
        if (exchange.Target.Instance is not { } target)
        {
            exchange.Refuse(V1.RefusedCode.Unsupported, "Only instances of applications are taken here.");
            return;
        }

        if (ReadScope(exchange, target) is not { } scope)
        {
            return;
        }

        if (find(target.Application) is not { } application)
        {
            exchange.Refuse(V1.RefusedCode.NotFound, $"There is no application {target.Application} here.");
            return;
        }

        var driver = ExchangeDriver.For(exchange, scope);
        var ending = await application.RunAsync(scope, driver).ConfigureAwait(false);
        if (!driver.HasBegun)
        {
            exchange.Refuse(ExchangeEndings.RefusalOf(ending), ending.Reason ?? "");
            return;
        }

        driver.Close();
        await EndAsync(exchange, ending).ConfigureAwait(false);
    }

    private static AsgiScope? ReadScope(Exchange exchange, V1.InstanceTarget target)
    {
        try
        {
            var scope = ScopeMapping.FromMessage(V1.Scope.Parser.ParseFrom(exchange.Head.Span));
            if (scope is LifespanScope)
            {
                throw new InvalidMessageException("scope.lifespan", "an instance is never a lifespan: it runs where the application lives.");
            }

            if (target.Conversation != ExchangeEndings.ConversationOf(scope))
            {
                throw new InvalidMessageException("target.conversation", $"{target.Conversation} is not that of a scope of type {scope.Type}.");
            }

            return scope;
        }
        catch (Exception error) when (error is InvalidMessageException or InvalidProtocolBufferException)
        {
            exchange.Refuse(V1.RefusedCode.InvalidHead, error.Message);
            return null;
        }
    }

    private static async Task EndAsync(Exchange exchange, InstanceEnding ending)
    {
        if (ending.StillRunning is { } returned)
        {
            // Its place stays taken, but whoever waits for the response need not wait any longer.
            exchange.Reset(V1.ResetCode.TimedOut, "The application ignores its cancellation.");
            await returned.ConfigureAwait(false);
        }
        else if (ending.Kind == EndingKind.Lost)
        {
            exchange.Reset(V1.ResetCode.Stopping, ending.Reason ?? "");
        }

        var kind = ending.Kind switch
        {
            EndingKind.Finished => V1.EndedKind.Finished,
            EndingKind.Failed => V1.EndedKind.Failed,
            _ => V1.EndedKind.Disconnected,
        };
        exchange.End(kind, exchange.HasHole ? "A send was given up half way." : ending.Reason ?? "");
    }
}
