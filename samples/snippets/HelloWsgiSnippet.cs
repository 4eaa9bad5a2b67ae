using Asgiref.Core.Wsgi;

namespace Snippets;

public static class HelloWsgiSnippet
{
    public static IEnumerable<ReadOnlyMemory<byte>> Hello(IDictionary<string, object> environ, StartResponse startResponse)
    {
        startResponse("200 OK", [("Content-Type", "text/plain")]);
        yield return "Hello from WSGI!\n"u8.ToArray();
    }
}
