using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Asgiref.Core.Scopes;

namespace Asgiref.Core.Wsgi;

/// <summary>Makes the environ of a request (W2A-02 to W2A-14, PEP-22 to PEP-30). Safe for concurrent use.</summary>
internal sealed class EnvironBuilder
{
    private const int OwnEntries = 24;

    private static readonly object Version = (1, 0);
    private static readonly object True = true;
    private static readonly object False = false;
    private static readonly WsgiFileWrapperFactory FileWrapper = static (file, blockSize) => new WsgiFileWrapper(file, blockSize);

    private readonly WsgiOptions _options;
    private readonly object _multiThread;
    private readonly object _multiProcess;

    public EnvironBuilder(WsgiOptions options)
    {
        _options = options;
        _multiThread = options.Concurrency > 1 ? True : False;
        _multiProcess = options.MultiProcess ? True : False;
    }

    /// <summary>Makes everything but <c>wsgi.input</c>.</summary>
    /// <returns>Null if a header came more often than the limit allows (WSGI-20).</returns>
    public Dictionary<string, object>? Build(HttpScope scope)
    {
        var scheme = scope.SchemeOrDefault;
        var secure = scheme.Equals("https", StringComparison.OrdinalIgnoreCase);
        var environ = new Dictionary<string, object>(OwnEntries + scope.Headers.Count + _options.Environ.Count)
        {
            ["REQUEST_METHOD"] = scope.Method,
            ["QUERY_STRING"] = Encoding.Latin1.GetString(scope.QueryString.Span),
            ["SERVER_PROTOCOL"] = Protocol(scope.HttpVersion),
            ["wsgi.version"] = Version,
            ["wsgi.url_scheme"] = Latin1.FromUnicode(scheme),
            ["wsgi.errors"] = _options.Errors ?? Console.Error,
            ["wsgi.multithread"] = _multiThread,
            ["wsgi.multiprocess"] = _multiProcess,
            ["wsgi.run_once"] = False,
            ["wsgi.file_wrapper"] = FileWrapper,
            ["asgiref.scope"] = scope,
        };
        AddPath(environ, scope);
        AddServer(environ, scope.Server, secure);
        AddClient(environ, scope.Client);
        if (secure)
        {
            environ["HTTPS"] = "on";
        }

        if (!TryAddHeaders(environ, scope))
        {
            return null;
        }

        foreach (var (name, value) in _options.Environ)
        {
            environ[name] = value;
        }

        return environ;
    }

    private static string Protocol(string version) => version switch
    {
        "1.1" => "HTTP/1.1",
        "1.0" => "HTTP/1.0",
        "2" => "HTTP/2",
        "3" => "HTTP/3",
        _ => "HTTP/" + version,
    };

    /// <summary>
    /// Splits the path at the mount point, at a segment boundary only (WSGI-10). A trailing slash of the mount point goes to
    /// PATH_INFO, so that the two put together again give the path (PEP-56).
    /// </summary>
    private static void AddPath(Dictionary<string, object> environ, HttpScope scope)
    {
        var root = scope.RootPathOrDefault.TrimEnd('/');
        var path = scope.Path;
        var below = path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/');
        environ["SCRIPT_NAME"] = Latin1.FromUnicode(root);
        environ["PATH_INFO"] = Latin1.FromUnicode(below ? path[root.Length..] : path);
    }

    /// <summary>A name and a port are required; a missing address and a socket path get the names of the loopback (PEP-26).</summary>
    private static void AddServer(Dictionary<string, object> environ, ServerAddress? server, bool secure)
    {
        var tcp = server as ServerAddress.Tcp;
        environ["SERVER_NAME"] = tcp is { Host.Length: > 0 } ? Latin1.FromUnicode(tcp.Host) : "localhost";
        environ["SERVER_PORT"] = Port(tcp?.Port ?? (secure ? 443 : 80));
    }

    private static void AddClient(Dictionary<string, object> environ, ClientAddress? client)
    {
        if (client is null)
        {
            return;
        }

        var host = Latin1.FromUnicode(client.Host);
        environ["REMOTE_ADDR"] = host;
        environ["REMOTE_HOST"] = host;
        if (client.Port != 0)
        {
            environ["REMOTE_PORT"] = Port(client.Port);
        }
    }

    private static string Port(int port) => port.ToString(CultureInfo.InvariantCulture);

    private bool TryAddHeaders(Dictionary<string, object> environ, HttpScope scope)
    {
        Dictionary<string, List<string>>? repeated = null;
        foreach (ref readonly var header in scope.Headers.AsSpan())
        {
            if (!HeaderVariables.TryName(header.Name.Span, out var variable))
            {
                continue;
            }

            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(environ, variable, out var known);
            if (!known)
            {
                entry = header.ValueText;
                continue;
            }

            repeated ??= [];
            if (!repeated.TryGetValue(variable, out var values))
            {
                repeated[variable] = values = [(string)entry!];
            }

            values.Add(header.ValueText);
            if (values.Count > _options.DuplicateHeaderLimit)
            {
                return false;
            }
        }

        if (repeated is not null)
        {
            foreach (var (variable, values) in repeated)
            {
                environ[variable] = string.Join(variable == "HTTP_COOKIE" ? "; " : ",", values);
            }
        }

        return true;
    }
}
