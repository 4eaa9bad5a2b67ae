using Asgiref.Core.Headers;
using Asgiref.Core.Hosting;

namespace Bridge.Server.Http;

/// <summary>A request that may become an instance.</summary>
/// <param name="Application">Where it goes.</param>
/// <param name="Target">The request target, with what a proxy had removed put back.</param>
/// <param name="RootPath">The route's mount point.</param>
/// <param name="Headers">The fields of the scope.</param>
/// <param name="Facts">The ends of the connection.</param>
internal readonly record struct AdmittedRequest(
    IApplication Application, RequestTarget Target, string RootPath, AsgiHeaders Headers, ConnectionFacts Facts);
