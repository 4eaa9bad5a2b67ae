using Asgiref.Core.Scopes;

namespace Bridge.Protocol.Mapping;

internal static class HttpScopeMapping
{
    private const string Field = "scope.http";

    public static V1.HttpScope ToMessage(HttpScope scope)
    {
        var message = new V1.HttpScope
        {
            HttpVersion = MappingChecks.HttpVersion(scope.HttpVersion, $"{Field}.http_version"),
            Method = MappingChecks.Method(scope.Method, $"{Field}.method"),
            Path = MappingChecks.NotEmpty(scope.Path, $"{Field}.path"),
            QueryString = BytesMapping.ToMessage(scope.QueryString),
            Client = AddressMapping.ToMessage(scope.Client, $"{Field}.client"),
            Server = AddressMapping.ToMessage(scope.Server, $"{Field}.server"),
        };
        if (scope.Scheme is { } scheme)
        {
            message.Scheme = MappingChecks.NotEmpty(scheme, $"{Field}.scheme");
        }

        if (scope.RawPath is { } rawPath)
        {
            message.RawPath = BytesMapping.ToMessage(rawPath);
        }

        if (scope.RootPath is { } rootPath)
        {
            message.RootPath = MappingChecks.Text(rootPath, $"{Field}.root_path");
        }

        HeaderMapping.AddTo(message.Headers, scope.Headers, Field);
        return message;
    }

    public static HttpScope FromMessage(V1.HttpScope message) => new()
    {
        HttpVersion = MappingChecks.HttpVersion(message.HttpVersion, $"{Field}.http_version"),
        Method = MappingChecks.Method(message.Method, $"{Field}.method"),
        Scheme = message.HasScheme ? MappingChecks.NotEmpty(message.Scheme, $"{Field}.scheme") : null,
        Path = MappingChecks.NotEmpty(message.Path, $"{Field}.path"),
        RawPath = BytesMapping.FromMessage(message.HasRawPath, message.RawPath),
        QueryString = BytesMapping.FromMessage(message.QueryString),
        RootPath = message.HasRootPath ? message.RootPath : null,
        Headers = HeaderMapping.FromMessage(message.Headers, Field),
        Client = AddressMapping.FromMessage(message.Client, $"{Field}.client"),
        Server = AddressMapping.FromMessage(message.Server, $"{Field}.server"),
    };
}
