using Asgiref.Core.Scopes;

namespace Bridge.Protocol.Mapping;

/// <summary>
/// Scopes to messages and back. Stateless and safe for concurrent use. Optional keys keep their presence: the
/// specification's defaults are applied by the model's <c>…OrDefault</c> properties where the scope is read (PB-01).
/// </summary>
public static class ScopeMapping
{
    /// <summary>
    /// Makes a message of a scope. Bytes are not copied: serialise the message before the scope's memory changes.
    /// <see cref="AsgiScope.State"/> is left out on purpose, it holds live objects; the side where the application lives
    /// adds its own (PB-07).
    /// </summary>
    /// <exception cref="InvalidMessageException">The scope breaks the contract, or is of a type of its own.</exception>
    public static V1.Scope ToMessage(AsgiScope scope)
    {
        var message = new V1.Scope
        {
            Asgi = new V1.AsgiVersions { Version = MappingChecks.NotEmpty(scope.Asgi.Version, "scope.asgi.version") },
        };
        if (scope.Asgi.SpecVersion is { } specVersion)
        {
            message.Asgi.SpecVersion = MappingChecks.NotEmpty(specVersion, "scope.asgi.spec_version");
        }

        message.Extensions = ValueMapping.ToMapMessage(scope.Extensions, "scope.extensions");
        message.Extra = ValueMapping.ToMapMessage(scope.Extra, "scope.extra");
        switch (scope)
        {
            case HttpScope http:
                message.Http = HttpScopeMapping.ToMessage(http);
                break;
            case WebSocketScope webSocket:
                message.Websocket = WebSocketScopeMapping.ToMessage(webSocket);
                break;
            case LifespanScope:
                message.Lifespan = new V1.LifespanScope();
                break;
            case CustomScope custom:
                message.Custom = new V1.CustomScope { Type = MappingChecks.CustomScopeType(custom.Protocol, "scope.custom.type") };
                break;
            default:
                MappingChecks.Fail("scope.kind", $"{scope.GetType()} is no scope that the contract knows.");
                break;
        }

        return message;
    }

    /// <summary>Makes a scope of a message. Bytes are not copied: the scope looks into the message.</summary>
    /// <exception cref="InvalidMessageException">The message breaks the contract.</exception>
    public static AsgiScope FromMessage(V1.Scope message)
    {
        AsgiScope scope = message.KindCase switch
        {
            V1.Scope.KindOneofCase.Http => HttpScopeMapping.FromMessage(message.Http),
            V1.Scope.KindOneofCase.Websocket => WebSocketScopeMapping.FromMessage(message.Websocket),
            V1.Scope.KindOneofCase.Lifespan => new LifespanScope(),
            V1.Scope.KindOneofCase.Custom => new CustomScope(MappingChecks.CustomScopeType(message.Custom.Type, "scope.custom.type")),
            _ => MappingChecks.Fail<AsgiScope>("scope.kind", "the scope has no kind."),
        };
        return scope with
        {
            Asgi = FromMessage(message.Asgi),
            Extensions = ValueMapping.FromMessage(message.Extensions, "scope.extensions"),
            Extra = ValueMapping.FromMessage(message.Extra, "scope.extra"),
        };
    }

    private static AsgiVersions FromMessage(V1.AsgiVersions? message) => message is null
        ? new AsgiVersions(AsgiVersions.WhenAbsent)
        : new AsgiVersions(
            message.HasVersion ? MappingChecks.NotEmpty(message.Version, "scope.asgi.version") : AsgiVersions.WhenAbsent,
            message.HasSpecVersion ? MappingChecks.NotEmpty(message.SpecVersion, "scope.asgi.spec_version") : null);
}
