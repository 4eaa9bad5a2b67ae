using System.Text;
using Asgiref.Core.Wsgi;

namespace Bridge.Server.Samples;

/// <summary>A WSGI application: says what it was asked, in the words of its environ.</summary>
internal static class WsgiSample
{
    public static IEnumerable<ReadOnlyMemory<byte>> Run(IDictionary<string, object> environ, StartResponse startResponse)
    {
        var text = $"""
            Hello from a WSGI application.
            REQUEST_METHOD={environ.Text("REQUEST_METHOD")}
            SCRIPT_NAME={environ.Text("SCRIPT_NAME")}
            PATH_INFO={environ.Text("PATH_INFO")}
            QUERY_STRING={environ.Text("QUERY_STRING")}

            """;

        // The variables hold one byte in each character, so latin-1 gives back what the client sent.
        var body = Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\n"));
        startResponse("200 OK", [("content-type", "text/plain; charset=utf-8"), ("content-length", $"{body.Length}")]);
        return [body];
    }
}
