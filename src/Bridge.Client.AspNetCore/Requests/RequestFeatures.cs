using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Asgiref.Core;
using Asgiref.Core.Events;
using Asgiref.Core.Scopes;
using Bridge.Client.AspNetCore.Responses;
using Bridge.Client.AspNetCore.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Bridge.Client.AspNetCore.Requests;

/// <summary>
/// One request as ASP.NET Core sees it: one object for nearly all features, as in Kestrel. Like an <see cref="HttpContext"/> it
/// belongs to one flow at a time, except the lifetime, which may be ended from anywhere.
/// </summary>
internal sealed partial class RequestFeatures : IFeatureCollection, IHttpRequestFeature, IRequestBodyPipeFeature,
    IHttpRequestBodyDetectionFeature, IHttpRequestTrailersFeature, IHttpMaxRequestBodySizeFeature, IHttpBodyControlFeature,
    IEndpointFeature, IRouteValuesFeature
{
    private static readonly HeaderDictionary NoTrailers = new() { IsReadOnly = true };

    private readonly ConnectionScope _scope;
    private readonly AsgiSend _send;
    private readonly EventSource _events;
    private readonly HttpContextApplicationOptions _options;
    private readonly WebSocketHandshake? _handshake;
    private readonly string _httpVersion;
    private long? _maxBodySize;
    private RequestBodyReader? _body;
    private Stream? _bodyStream;
    private Stream? _pipeOf;
    private PipeReader? _pipe;
    private bool? _mightHaveBody;
    private string? _rawTarget;
    private RouteValueDictionary? _routeValues;

    public RequestFeatures(
        ConnectionScope scope, in RequestTarget target, AsgiReceive receive, AsgiSend send, HttpContextApplicationOptions options, ILogger logger)
    {
        _scope = scope;
        _send = send;
        _options = options;
        Logger = logger;
        _maxBodySize = options.MaxRequestBodySize;
        AllowSynchronousIO = options.AllowSynchronousIO;
        PathBase = target.PathBase;
        Path = target.Path;
        var query = ReadOnlyMemory<byte>.Empty;
        if (scope is HttpScope http)
        {
            _httpVersion = http.HttpVersion;
            Method = http.Method;
            Scheme = http.SchemeOrDefault;
            query = http.QueryString;
            _events = new EventSource(receive, HttpDisconnectEvent.Instance, OnDisconnected);
            Headers = RequestHeaders.Convert(scope.Headers, _httpVersion);
        }
        else
        {
            var socket = (WebSocketScope)scope;
            _httpVersion = socket.HttpVersionOrDefault;
            Scheme = socket.SchemeOrDefault == "wss" ? "https" : "http";
            query = socket.QueryString.GetValueOrDefault();
            _events = new EventSource(receive, new WebSocketDisconnectEvent { Code = 1006, Reason = "" }, OnDisconnected);
            var headers = RequestHeaders.Convert(scope.Headers, _httpVersion);
            RequestHeaders.CompleteHandshake(headers, socket);
            Headers = headers;
            _handshake = new WebSocketHandshake(this, socket, send, _events, options.MaxSentMessageBytes);
            Method = _handshake.IsExtendedConnect ? HttpMethods.Connect : HttpMethods.Get;
            _mightHaveBody = false;
        }

        QueryString = query.IsEmpty ? "" : string.Create(CultureInfo.InvariantCulture, $"?{Encoding.Latin1.GetString(query.Span)}");
        Protocol = _httpVersion switch
        {
            "1.1" => HttpProtocol.Http11,
            "2" => HttpProtocol.Http2,
            "3" => HttpProtocol.Http3,
            _ => HttpProtocol.Http10,
        };
        Response = new Response(this, ResponseOutlet.For(scope, send), Method == HttpMethods.Head);
        FillSlots();
    }

    public ILogger Logger { get; }

    public Response Response { get; }

    public string Protocol { get; set; }

    public string Scheme { get; set; }

    public string Method { get; set; }

    public string PathBase { get; set; }

    public string Path { get; set; }

    public string QueryString { get; set; }

    public string RawTarget
    {
        get => _rawTarget ??= RequestTarget.RawOf(_scope, QueryString);
        set => _rawTarget = value;
    }

    public IHeaderDictionary Headers { get; set; }

    public Stream Body
    {
        get => _bodyStream ??= new RequestBodyStream(BodyReader, this);
        set => _bodyStream = value;
    }

    public bool AllowSynchronousIO { get; set; }

    public Endpoint? Endpoint { get; set; }

    public RouteValueDictionary RouteValues
    {
        get => _routeValues ??= [];
        set => _routeValues = value;
    }

    /// <summary>Whether the client takes trailers (EXT-32); only then are they announced.</summary>
    public bool AcceptsTrailers
    {
        get
        {
            foreach (var value in Headers.TE)
            {
                if (value is not null && value.Contains("trailers", StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Whether nothing of the request's body is still to come.</summary>
    public bool IsBodyDone => _body?.IsEnd ?? !MightHaveBody;

    /// <summary>The request is upgraded to a WebSocket.</summary>
    public bool IsUpgraded => _handshake?.IsAccepted == true;

    bool IHttpMaxRequestBodySizeFeature.IsReadOnly => _body?.HasBegun == true || IsUpgraded;

    long? IHttpMaxRequestBodySizeFeature.MaxRequestBodySize
    {
        get => _maxBodySize;
        set
        {
            if (_body?.HasBegun == true || IsUpgraded)
            {
                throw new InvalidOperationException("The maximum request body size cannot be modified after the app has already started reading from the request body.");
            }

            ArgumentOutOfRangeException.ThrowIfNegative(value ?? 0);
            _maxBodySize = value;
            if (_body is not null)
            {
                _body.Limit = value;
            }
        }
    }

    /// <summary>
    /// What HTTP/1.1 says by its header fields, HTTP/2 says by the end of the stream, which a scope does not tell: there the
    /// first event is looked at, if it has come already.
    /// </summary>
    bool IHttpRequestBodyDetectionFeature.CanHaveBody =>
        MightHaveBody && !(_body is null && _httpVersion is not ("1.0" or "1.1") && Headers.ContentLength is null && _events.IsEmptyBody());

    /// <summary>ASGI has no trailers of requests: there are none.</summary>
    bool IHttpRequestTrailersFeature.Available => IsBodyDone;

    IHeaderDictionary IHttpRequestTrailersFeature.Trailers => IsBodyDone
        ? NoTrailers
        : throw new InvalidOperationException("The request trailers are not available yet. They may not be available until the full request body is read.");

    PipeReader IRequestBodyPipeFeature.Reader
    {
        get
        {
            if (_bodyStream is null or RequestBodyStream)
            {
                return BodyReader;
            }

            if (!ReferenceEquals(_pipeOf, _bodyStream))
            {
                _pipeOf = _bodyStream;
                _pipe = PipeReader.Create(_bodyStream, new StreamPipeReaderOptions(leaveOpen: true));
                Response.OnCompleted(static reader => ((PipeReader)reader).CompleteAsync().AsTask(), _pipe);
            }

            return _pipe!;
        }
    }

    private RequestBodyReader BodyReader => _body ??= new RequestBodyReader(_events, Headers, _maxBodySize, isEmpty: _handshake is not null);

    private bool MightHaveBody => _mightHaveBody ??= FindBody();

    /// <summary>Waits for the first event of a WebSocket.</summary>
    /// <returns>False: the client has gone already.</returns>
    public async ValueTask<bool> TakeConnectAsync()
    {
        await _events.PeekAsync(CancellationToken.None).ConfigureAwait(false);
        return _events.TryTake(out var first) && first is WebSocketConnectEvent;
    }

    private bool FindBody()
    {
        var length = Headers.ContentLength;
        return length > 0
            || Headers.TransferEncoding.Count > 0
            || (length is null && _httpVersion is not ("1.0" or "1.1") && !IsBodyless(Method));
    }

    private static bool IsBodyless(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method)
        || HttpMethods.IsDelete(method) || HttpMethods.IsTrace(method) || HttpMethods.IsConnect(method);
}
