using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bridge.Client.AspNetCore.Tests.Hosts;

/// <summary>The smallest application that a server can be given.</summary>
internal sealed class DelegateApplication(RequestDelegate serve) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public Task ProcessRequestAsync(HttpContext context) => serve(context);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }
}
