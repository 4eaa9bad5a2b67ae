namespace Bridge.Server.Http;

/// <summary>The HTTP front's configuration, section <c>Bridge:Http</c>. Read once, at the start.</summary>
internal sealed class HttpFrontOptions
{
    public const string SectionName = "Bridge:Http";

    /// <summary>What goes where. The most specific host wins, then the longest path.</summary>
    public IList<HttpRoute> Routes { get; } = [];

    /// <summary>Header fields of a request; more are answered with 431.</summary>
    public int MaxHeaderCount { get; set; } = 200;

    /// <summary>Bytes of all header fields of a request; more are answered with 431.</summary>
    public int MaxHeaderBytes { get; set; } = 64 * 1024;

    /// <summary>Fields of one name in a request; more are answered with 431.</summary>
    public int MaxDuplicateHeaders { get; set; } = 100;

    /// <summary>Bytes of the request line; more are answered with 414.</summary>
    public int MaxRequestLineBytes { get; set; } = 8 * 1024;

    /// <summary>Bytes of a request body; more are answered with 413. Null: any number, since only a part is held at a time.</summary>
    public long? MaxBodyBytes { get; set; }

    /// <summary>Bytes of an unread HTTP/1 request body that are thrown away to keep the connection; beyond, it is closed (GAP-15).</summary>
    public long MaxUnreadBodyBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>The longest time spent on throwing an unread body away.</summary>
    public TimeSpan UnreadBodyTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest time an application may take from the last part of the request that it received to the start of
    /// the response; then 504, up to a second later. Time spent waiting for the client does not count. Zero: no limit.
    /// </summary>
    public TimeSpan ResponseStartTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest time for the head of a request to arrive; then 408.</summary>
    public TimeSpan HeaderTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an idle connection is kept. Above the 60 s of common load balancers, so that they close first.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>The slowest upload that is waited for, in bytes a second. Null: any.</summary>
    public double? MinRequestBytesPerSecond { get; set; }

    /// <summary>The slowest reader that is waited for, in bytes a second. Null: any.</summary>
    public double? MinResponseBytesPerSecond { get; set; }

    /// <summary>What <c>Retry-After</c> of a 503 says, in whole seconds.</summary>
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Addresses or networks ("10.0.0.0/8") whose forwarded headers are believed; "unix" for peers on a Unix socket.
    /// Empty: nobody's (ASK-20).
    /// </summary>
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>Which forwarded headers a trusted proxy sets.</summary>
    public ForwardedHeaderStyle ForwardedHeader { get; set; }
}
