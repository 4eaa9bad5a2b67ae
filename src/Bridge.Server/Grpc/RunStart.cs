using Asgiref.Core.Events;
using Asgiref.Core.Headers;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;
using Bridge.Protocol;
using Bridge.Protocol.Mapping;
using Bridge.Server.Metrics;
using V1 = Bridge.Protocol.V1;

namespace Bridge.Server.Grpc;

/// <summary>The first message of <c>Run</c>: which application, on which scope.</summary>
internal readonly record struct RunStart(string Application, AsgiScope Scope)
{
    /// <exception cref="InvalidMessageException">The message is not a right start.</exception>
    /// <exception cref="LimitReachedException">It has more header fields than the limits allow.</exception>
    public static RunStart Of(V1.RunRequest request, GrpcOptions options)
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
        switch (scope)
        {
            case LifespanScope:
                throw new InvalidMessageException("start.scope", "a lifespan scope: the bridge drives lifespan itself.");
            case ConnectionScope connection:
                Check(connection.Headers, options);
                break;
        }

        return new RunStart(request.Start.Application, scope with { Extensions = WithoutOpenFiles(scope.Extensions) });
    }

    private static void Check(AsgiHeaders headers, GrpcOptions options)
    {
        Check(Limit.HeaderCount, headers.Count, options.MaxHeaderCount, "header fields", nameof(options.MaxHeaderCount));
        var bytes = 0L;
        foreach (ref readonly var header in headers.AsSpan())
        {
            bytes += header.Name.Length + header.Value.Length;
        }

        Check(Limit.HeaderBytes, bytes, options.MaxHeaderBytes, "bytes of header fields", nameof(options.MaxHeaderBytes));
        if (headers.Count > options.MaxDuplicateHeaders)
        {
            var most = headers.CountBy(header => header.NameText, StringComparer.Ordinal).Max(name => name.Value);
            Check(Limit.DuplicateHeaders, most, options.MaxDuplicateHeaders, "header fields of one name", nameof(options.MaxDuplicateHeaders));
        }
    }

    private static void Check(Limit limit, long actual, int most, string what, string key)
    {
        if (actual > most)
        {
            throw new LimitReachedException(limit, $"The scope has {actual} {what}; at most {most} are taken ({GrpcOptions.Section}:{key}).");
        }
    }

    /// <summary>An open file cannot cross, so no application may be told that it could send one (PB-14).</summary>
    private static AsgiValueMap WithoutOpenFiles(AsgiValueMap extensions) =>
        extensions.ContainsKey(HttpResponseZeroCopySendEvent.TypeName)
            ? AsgiValueMap.Create([.. extensions.Where(extension => extension.Key != HttpResponseZeroCopySendEvent.TypeName)])
            : extensions;
}
