using Asgiref.Core.Scopes;

namespace Asgiref.Core.Wsgi;

/// <summary>Reads a WSGI environ with types. An environ belongs to the thread of its request, so does this.</summary>
public static class WsgiEnviron
{
    /// <summary>A CGI variable such as <c>REQUEST_METHOD</c>; empty when it is absent, which CGI treats alike (PEP-25).</summary>
    /// <exception cref="InvalidCastException">The entry is no text, as the <c>wsgi.</c> ones.</exception>
    public static string Text(this IDictionary<string, object> environ, string name) =>
        environ.TryGetValue(name, out var value) ? (string)value : "";

    /// <summary>The request body, <c>wsgi.input</c>; a <see cref="WsgiInput"/> unless middleware has put another stream there.</summary>
    /// <exception cref="KeyNotFoundException">The environ does not come from <see cref="WsgiToAsgi"/>, or the entry was removed.</exception>
    public static Stream Input(this IDictionary<string, object> environ) => (Stream)environ["wsgi.input"];

    /// <summary>The error log, <c>wsgi.errors</c>: takes any text (PEP-33).</summary>
    /// <exception cref="KeyNotFoundException">The environ does not come from <see cref="WsgiToAsgi"/>, or the entry was removed.</exception>
    public static TextWriter Errors(this IDictionary<string, object> environ) => (TextWriter)environ["wsgi.errors"];

    /// <summary>Where the request came from, <c>asgiref.scope</c>: has the raw path, the extensions and the lifespan state too.</summary>
    /// <exception cref="KeyNotFoundException">The environ does not come from <see cref="WsgiToAsgi"/>, or the entry was removed.</exception>
    public static HttpScope Scope(this IDictionary<string, object> environ) => (HttpScope)environ["asgiref.scope"];
}
