namespace Bridge.Server.Hosting;

/// <summary>What interface a hosted application has.</summary>
internal enum ApplicationKind
{
    /// <summary>An <see cref="Asgiref.Core.AsgiApplication"/>.</summary>
    Asgi,

    /// <summary>A WSGI application, run through <c>WsgiToAsgi</c>.</summary>
    Wsgi,

    /// <summary>An <see cref="Asgiref.Core.AsgiApplication"/> for <c>StatelessService.Feed</c>: it gets no route unless one is configured.</summary>
    Stateless,
}
