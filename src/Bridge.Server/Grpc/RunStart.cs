using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;
using Bridge.Protocol;
using Bridge.Protocol.Mapping;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Grpc;

/// <summary>The first message of <c>Run</c>: which application, on which scope.</summary>
internal readonly record struct RunStart(string Application, AsgiScope Scope)
{
    /// <exception cref="InvalidMessageException">The message is not a right start.</exception>
    public static RunStart Of(V1.RunRequest request)
    {
        if (request.KindCase != V1.RunRequest.KindOneofCase.Start)
        {
            throw new InvalidMessageException("start", "the first message is not the start.");
        }

        if (request.Start.Application.Length == 0)
        {
            throw new InvalidMessageException("start.application", "the name is missing.");
        }

        if (request.Start.Scope is null)
        {
            throw new InvalidMessageException("start.scope", "the scope is missing.");
        }

        var scope = ScopeMapping.FromMessage(request.Start.Scope);
        return scope is LifespanScope
            ? throw new InvalidMessageException("start.scope", "a lifespan scope: the bridge drives lifespan itself.")
            : new RunStart(request.Start.Application, scope with { Extensions = WithoutOpenFiles(scope.Extensions) });
    }

    /// <summary>An open file cannot cross, so no application may be told that it could send one (PB-14).</summary>
    private static AsgiValueMap WithoutOpenFiles(AsgiValueMap extensions) =>
        extensions.ContainsKey(HttpResponseZeroCopySendEvent.TypeName)
            ? AsgiValueMap.Create([.. extensions.Where(extension => extension.Key != HttpResponseZeroCopySendEvent.TypeName)])
            : extensions;
}
