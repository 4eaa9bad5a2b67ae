using Asgiref.Core.Hosting;
using Asgiref.Core.Wsgi;

namespace Bridge.Server.Hosting;

/// <summary>Hosts a WSGI application through its adapter, which is HTTP only: it has no lifespan.</summary>
internal static class HostedWsgi
{
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static HostedApplication Make(string name, WsgiApplication application, WsgiOptions options)
    {
        var adapter = new WsgiToAsgi(application, options);
        return new HostedApplication(name, adapter.Application)
        {
            Kind = ApplicationKind.Wsgi,
            Lifespan = LifespanMode.Off,
            Resource = adapter,
        };
    }
}
