namespace Bridge.Server.Http;

/// <summary>Which header fields of a trusted proxy are read; the other style is ignored, because a proxy passes it on unseen.</summary>
internal enum ForwardedHeaderStyle
{
    /// <summary><c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c>.</summary>
    XForwarded,

    /// <summary><c>Forwarded</c> (RFC 7239).</summary>
    Forwarded,
}
