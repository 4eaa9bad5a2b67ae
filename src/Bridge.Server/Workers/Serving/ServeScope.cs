using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Asgiref.Core.Values;

namespace Bridge.Server.Workers.Serving;

/// <summary>The scope that goes to a worker behind <c>Serve</c>: what the whole chain keeps, not what its front would.</summary>
internal static class ServeScope
{
    /// <summary>The last version in which <c>send</c> need not raise when the client has gone (PB-15).</summary>
    public const string SpecVersion = "2.3";

    private static readonly Version Highest = new(SpecVersion);

    public static AsgiScope For(AsgiScope scope) => scope is ConnectionScope connection && IsNewer(connection.SpecVersionOrDefault)
        ? connection with { Asgi = connection.Asgi with { SpecVersion = SpecVersion }, Extensions = WithoutFiles(connection.Extensions) }
        : scope with { Extensions = WithoutFiles(scope.Extensions) };

    private static bool IsNewer(string version) => Version.TryParse(version, out var parsed) && parsed > Highest;

    /// <summary>The worker's files are not the bridge's, and an open one cannot cross (PB-14).</summary>
    private static AsgiValueMap WithoutFiles(AsgiValueMap extensions) => extensions.Keys.Any(IsOfFiles)
        ? AsgiValueMap.Create([.. extensions.Where(extension => !IsOfFiles(extension.Key))])
        : extensions;

    private static bool IsOfFiles(string extension) =>
        extension is HttpResponsePathSendEvent.TypeName or HttpResponseZeroCopySendEvent.TypeName;
}
