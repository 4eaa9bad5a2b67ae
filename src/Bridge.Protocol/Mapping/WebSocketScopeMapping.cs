using Asgiref.Core.Scopes;
using Google.Protobuf.Collections;

namespace Bridge.Protocol.Mapping;

internal static class WebSocketScopeMapping
{
    private const string Field = "scope.websocket";

    public static V1.WebSocketScope ToMessage(WebSocketScope scope)
    {
        var message = new V1.WebSocketScope
        {
            Path = MappingChecks.NotEmpty(scope.Path, $"{Field}.path"),
            Client = AddressMapping.ToMessage(scope.Client, $"{Field}.client"),
            Server = AddressMapping.ToMessage(scope.Server, $"{Field}.server"),
        };
        if (scope.HttpVersion is { } httpVersion)
        {
            message.HttpVersion = MappingChecks.WebSocketVersion(httpVersion, $"{Field}.http_version");
        }

        if (scope.Scheme is { } scheme)
        {
            message.Scheme = MappingChecks.WebSocketScheme(scheme, $"{Field}.scheme");
        }

        if (scope.RawPath is { } rawPath)
        {
            message.RawPath = BytesMapping.ToMessage(rawPath);
        }

        if (scope.QueryString is { } queryString)
        {
            message.QueryString = BytesMapping.ToMessage(queryString);
        }

        if (scope.RootPath is { } rootPath)
        {
            message.RootPath = MappingChecks.Text(rootPath, $"{Field}.root_path");
        }

        HeaderMapping.AddTo(message.Headers, scope.Headers, Field);
        foreach (var subprotocol in scope.Subprotocols)
        {
            message.Subprotocols.Add(MappingChecks.NotEmpty(subprotocol, $"{Field}.subprotocols"));
        }

        return message;
    }

    public static WebSocketScope FromMessage(V1.WebSocketScope message) => new()
    {
        HttpVersion = message.HasHttpVersion ? MappingChecks.WebSocketVersion(message.HttpVersion, $"{Field}.http_version") : null,
        Scheme = message.HasScheme ? MappingChecks.WebSocketScheme(message.Scheme, $"{Field}.scheme") : null,
        Path = MappingChecks.NotEmpty(message.Path, $"{Field}.path"),
        RawPath = BytesMapping.FromMessage(message.HasRawPath, message.RawPath),
        QueryString = BytesMapping.FromMessage(message.HasQueryString, message.QueryString),
        RootPath = message.HasRootPath ? message.RootPath : null,
        Headers = HeaderMapping.FromMessage(message.Headers, Field),
        Client = AddressMapping.FromMessage(message.Client, $"{Field}.client"),
        Server = AddressMapping.FromMessage(message.Server, $"{Field}.server"),
        Subprotocols = FromMessage(message.Subprotocols),
    };

    private static string[] FromMessage(RepeatedField<string> subprotocols)
    {
        if (subprotocols.Count == 0)
        {
            return [];
        }

        var names = new string[subprotocols.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = MappingChecks.NotEmpty(subprotocols[i], $"{Field}.subprotocols");
        }

        return names;
    }
}
